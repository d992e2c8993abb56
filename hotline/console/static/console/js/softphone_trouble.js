/** Why the telephone has no line: `reason` ends the name of its words (phone_why_...), `detail` is for them. */
export class Trouble extends Error {
  constructor(reason, detail = "") {
    super(detail || reason);
    this.reason = reason;
    this.detail = detail;
  }
}

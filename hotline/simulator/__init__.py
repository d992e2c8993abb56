"""A stand-in for the carrier: plays Twilio over real HTTP, so that the hotline has one code path."""

"""Messages from workers, and what became of those we sent."""

from django.http import HttpResponse
from twilio.twiml.messaging_response import MessagingResponse

from hotline.actions import messages
from hotline.telephony import parse, receiving
from hotline.telephony.parse import TextIn, TextStatus
from hotline.telephony.webhook import webhook


@webhook(parse.text_in)
def arrive(post: TextIn) -> HttpResponse:
    """A worker has written. The answer is empty: what we write goes out as a message of its own."""
    receiving.text_arrived(post)
    return HttpResponse(str(MessagingResponse()), content_type="text/xml; charset=utf-8")


@webhook(parse.text_status)
def status(post: TextStatus) -> HttpResponse:
    """How far a message of ours has come; posts come twice and in any order."""
    row = messages.find_outgoing(post.sid, post.message, post.notice)
    if row is not None and post.state is not None:
        messages.settle(row, post.state, sid=post.sid, error_code=post.error_code)
    return HttpResponse(status=204)

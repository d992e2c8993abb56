"""The carrier's REST API, as far as the hotline uses it, in the shapes of Twilio's version 2010-04-01."""

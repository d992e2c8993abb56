"""The names of the statutory periods, as templates show them."""

from django import template

from hotline.console.sentences import rule_words

register = template.Library()


@register.filter
def rule_name(code: str) -> str:
    """What the rule `code` is called in the page's language."""
    return rule_words(code)[0]

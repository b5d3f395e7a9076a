from django import template

from tests.cases.models import Review

register = template.Library()


@register.simple_tag
def review_count(product):
    return Review.objects.filter(product=product).count()


@register.inclusion_tag("shop/_tags.html")
def tag_list(product):
    return {"tags": product.tags.all()}


@register.filter
def importer_name(product):
    return product.importer.name

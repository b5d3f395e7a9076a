"""A shop: enough kinds of relations to ask for each of them once too often."""

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Country(models.Model):
    name = models.CharField(max_length=60)


class Maker(models.Model):
    name = models.CharField(max_length=60)
    country = models.ForeignKey(Country, models.CASCADE)

    def product_names(self):
        return [product.name for product in self.products.all()]  # here


class Tag(models.Model):
    name = models.CharField(max_length=60)


class Note(models.Model):
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    about = GenericForeignKey("content_type", "object_id")
    text = models.CharField(max_length=200)


class Shelf(models.Model):
    name = models.CharField(max_length=60)


class Product(models.Model):
    name = models.CharField(max_length=60)
    description = models.TextField(default="")
    price = models.IntegerField(default=0)
    created = models.DateField()
    status = models.CharField(max_length=10, default="new")
    maker = models.ForeignKey(Maker, models.CASCADE, related_name="products")
    importer = models.ForeignKey(Maker, models.CASCADE, null=True, related_name="imports")
    tags = models.ManyToManyField(Tag, related_name="products")
    shelves = models.ManyToManyField(Shelf, through="Placement", related_name="products")
    notes = GenericRelation(Note)

    @property
    def label(self):
        return f"{self.name} by {self.maker.name}"  # here

    def stars(self):
        return self.reviews.aggregate(models.Avg("stars"))["stars__avg"]  # here


class Placement(models.Model):
    product = models.ForeignKey(Product, models.CASCADE)
    shelf = models.ForeignKey(Shelf, models.CASCADE)
    position = models.IntegerField(default=0)


class Detail(models.Model):
    product = models.OneToOneField(Product, models.CASCADE, related_name="detail")
    weight = models.IntegerField(default=0)


class Review(models.Model):
    product = models.ForeignKey(Product, models.CASCADE, related_name="reviews")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="replies")
    stars = models.IntegerField(default=3)
    text = models.CharField(max_length=200, default="")

"""Pinsta's forms."""

from django import forms

from .models import Board, Photo


class PhotoForm(forms.Form):
    """What is needed for a new photo, on a board of its author."""

    # Whether it is a picture, and a good one, is found out when it is posted.
    picture = forms.FileField(
        allow_empty_file=True, widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})
    )
    caption = forms.CharField(max_length=Photo._meta.get_field("caption").max_length)
    board = forms.ModelChoiceField(Board.objects.none(), empty_label=None)

    def __init__(self, author, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["board"].queryset = author.boards.all()

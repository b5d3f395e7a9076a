import pytest
from django.contrib.auth.models import User
from django.test import Client

PAGES = ["/", "/feed/", "/feed.json", "/popular/", "/search/", "/search/?q=harbour", "/search/?q=%23warm"]
PAGES += ["/boards/1/", "/photos/1/", "/people/ana/", "/login/"]


@pytest.fixture
def anonymous(pinsta_db):
    return Client()


@pytest.fixture
def ana(pinsta_db):
    client = Client()
    client.force_login(User.objects.get(username="ana"))
    return client


@pytest.mark.parametrize("page", PAGES)
def test_everyone_can_see_it(anonymous, page):
    assert anonymous.get(page).status_code == 200


@pytest.mark.parametrize("page", [*PAGES, "/notifications/"])
def test_ana_can_see_it(ana, page):
    assert ana.get(page).status_code == 200

"""The cure names the relation and the call, as the models have them."""

import pytest

from tests.cases import awkward, positive, positive_elsewhere, positive_writes, second_look  # noqa: F401
from tests.cases.catalogue import POSITIVE
from tests.cases.judge import run

CURES = {
    "forward_foreign_key": 'select_related("maker")',
    "grouped_by_a_relation": 'select_related("importer")',
    "template_goes_two_relations_far": 'select_related("maker__country")',
    "template_filter": 'select_related("importer")',
    "reverse_foreign_key": 'prefetch_related("products")',
    "reverse_foreign_key_counted": 'annotate(Count("products"))',
    "reverse_foreign_key_asked_whether_it_exists": 'Product.objects.filter(importer=OuterRef("pk"))',
    "many_to_many": 'prefetch_related("tags")',
    "many_to_many_from_the_other_side": 'prefetch_related("products")',
    "reverse_one_to_one": 'select_related("detail")',
    "generic_foreign_key": 'prefetch_related("about")',
    "generic_relation": 'prefetch_related("notes")',
    "deferred_field_after_only": 'add "description" to only()',
    "prefetch_defeated_by_filter": 'Prefetch("reviews", queryset=Review.objects…)',
    "get_for_each_row": 'select_related("maker"), or in_bulk()',
    "has_perm_for_each_user": "with_perm",
    "raw_cursor": "one query with a JOIN",
    "the_setting_asked_for_each_row": "ask once before the loop",
    "create_for_each_item": "bulk_create()",
    "save_for_each_row": "bulk_update()",
    "delete_for_each_row": "filter(pk__in=…).delete()",
    "get_or_create_of_new_rows": "fetch the existing rows with one IN",
    "many_to_many_add_for_each_row": "add(*objects)",
    "raw_insert_for_each_item": "executemany()",
    "joined_in_vain": 'remove select_related("maker")',
    "everything_at_once": "iterator()",
}


@pytest.mark.parametrize("name", CURES)
def test_the_cure_is_concrete(name, shop_db):
    case = next(case for case in POSITIVE if case.name == name)
    cures = [finding.cure for finding in run(case, 6).findings()]
    assert any(CURES[name] in cure for cure in cures), cures

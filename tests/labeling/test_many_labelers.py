"""Many labelers at once, each with a connection of their own."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.labeling.services import answers, queue
from apps.labeling.services.answers import Said
from apps.workspaces.roles import Role
from tests.labeling.factories import key_of, picture, pictures, project_of
from tests.workspaces.factories import member

pytestmark = pytest.mark.django_db(transaction=True)

LABELERS, ITEMS = 20, 60


def test_twenty_people_label_everything_and_nothing_twice(ada, workspace):
    pictures(ada, workspace, **{f"{number:03}.png": picture() for number in range(ITEMS)})
    project = project_of(ada, workspace)
    people = [member(workspace, Role.LABELER, username=f"labeler{number}") for number in range(LABELERS)]
    cat = key_of(project, "Cat")

    def label(person):
        mine = []
        try:
            while given := queue.next_items(actor=person, project=project, count=1):
                said = Said(number=given[0].item.number, answer={"labels": [cat]}, version=0)
                answers.submit_answers(actor=person, project=project, said=[said])
                mine.append(given[0].item.number)
        finally:
            connection.close()
        return mine

    with ThreadPoolExecutor(LABELERS) as threads:
        done = [number for future in [threads.submit(label, one) for one in people] for number in future.result(120)]
    assert sorted(done) == list(range(1, ITEMS + 1))
    assert project.items.filter(state="labeled").count() == ITEMS

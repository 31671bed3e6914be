"""The main job: a post is published, and whoever it fits is told, once."""

from __future__ import annotations

import pytest

from tests.world import World

pytestmark = pytest.mark.anyio


async def test_a_helper_is_told_of_a_post_that_fits_a_subscription(world: World) -> None:
    helper, host = await world.helper(), await world.host()
    await world.subscribe(helper, "Surf in winter", regions=["TW-TTT"], experiences=["surfing"])
    post = await world.publish(host)

    await world.run_jobs()

    (notification,) = await world.notifications(helper)
    assert notification["post_id"] == post["id"]
    assert notification["subscription_names"] == ["Surf in winter"]
    assert notification["body"] == "Fits “Surf in winter”: Taitung, 4 h a day, surfing"
    assert (await helper.get("/api/notifications/unread")).json() == {"unread": 1}

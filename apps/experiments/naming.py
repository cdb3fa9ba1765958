"""Short names of runs that can be said over the phone: ``calm_river_8f3k2a``."""

import secrets
from typing import Final

_ADJECTIVES = (
    "amber bold brave bright brisk calm clear clever cool coral crisp deep dusty early eager fair fast fine fresh gentle "
    "glad golden good grand green happy honest icy jolly keen kind large light lively loyal lucky mellow mild modest neat "
    "noble olive patient plain polite proud quick quiet rapid ready rosy round royal sharp shiny silent silver simple sleek "
    "smart smooth soft solid steady still strong sunny swift tidy tiny true upbeat vivid warm wide wise witty young"
)
_NOUNS = (
    "acorn apple arrow atlas badge basin beach birch bird bridge brook cactus canyon castle cedar cherry cliff cloud clover "
    "comet coral crane creek daisy dawn delta desert dune eagle ember falcon feather fern field fig fjord forest fox garden "
    "glacier grove harbor hawk hazel hill island ivy jade kettle kite lagoon lake lantern leaf lemon lily lotus maple marsh "
    "meadow moon moss mountain nest oak oasis ocean onion orchid otter owl panda pearl pebble pepper pine planet plum pond "
    "prairie quartz rain raven reef ridge river robin rocket root rose sail seal shell shore sky snow spruce star stone stream "
    "sun swan thunder tiger tree tulip turtle valley violet walnut wave willow wind wolf wren yacht zebra"
)
ADJECTIVES: Final = tuple(_ADJECTIVES.split())
NOUNS: Final = tuple(_NOUNS.split())
# Without what is mistaken for something else when it is read aloud or copied by hand.
LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
SUFFIX_LENGTH: Final = 6


def new_run_name() -> str:
    """Return a name that nothing has yet, but for a chance of one in many billions."""
    suffix = "".join(secrets.choice(LETTERS) for _ in range(SUFFIX_LENGTH))
    return f"{secrets.choice(ADJECTIVES)}_{secrets.choice(NOUNS)}_{suffix}"

"""What the plugin imports from its folder."""

NOTHING = 0

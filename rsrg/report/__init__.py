"""Tables and pictures of finished runs. Computes no physics."""

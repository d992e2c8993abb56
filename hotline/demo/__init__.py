"""The demo: a cast that can sign in in the demo alone, and cases grown through the people's own steps."""

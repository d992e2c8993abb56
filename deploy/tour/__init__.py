"""The tour: plays the main job once through the doors that people use, and says what was seen."""

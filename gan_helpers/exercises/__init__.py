"""The exercises, one module a lesson; each holds one `gan_helpers.lesson.Lesson` named ``lesson``."""

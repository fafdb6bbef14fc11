"""Lessons: Markdown files that read well as they are, and that the shell walks through cell by cell.

    lesson = library.find("3")                       # the file, taken apart
    walk = Walk(lesson)                              # where the reader is
    walk.forward()                                   # the next cell, and the lines that it runs

`cells` says how a lesson is written, `library` where the lessons are, `walk` how one goes through them, and `progress`
what is kept between sessions. Nothing here draws, and nothing here knows the session.
"""

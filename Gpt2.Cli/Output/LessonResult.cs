// The results of gpt2 lesson as JSON.

namespace Gpt2.Cli.Output;

internal sealed record LessonListResult(string Folder, ListedLesson[] Lessons);

/// <summary>The page is a path from the root of the repository.</summary>
internal sealed record ListedLesson(int Lesson, string Title, int Minutes, string Page, string File, ListedExercise[] Exercises);

/// <summary>Written means that the line that stands in for a solution is gone, not that the solution is right.</summary>
internal sealed record ListedExercise(string Exercise, string Title, string Method, int Hints, bool Written);

/// <summary>If there are errors of the compiler, nothing was checked, and there are no exercises.</summary>
internal sealed record LessonCheckResult(string Folder, int Total, int Passed, LessonCompileError[] Errors, CheckedExercise[] Exercises);

internal sealed record LessonCompileError(string File, int Line, string Message);

/// <summary>The result is passed, failed or unwritten; the meaning is told of those that passed.</summary>
internal sealed record CheckedExercise(string Exercise, string Title, string Result, string? Message, string? Output, string? Meaning);

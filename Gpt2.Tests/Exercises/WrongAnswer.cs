// Mistakes that people make, each as the body of one method: its check fails, and says what helps.

namespace Gpt2.Tests.Exercises;

internal static class WrongAnswer
{
    public static void FailsWith(string exercise, string body, string sentence)
    {
        Exception? failure = ExerciseSources.CheckWithBody(ExerciseSources.ExerciseOf(exercise), body);

        failure.Should().BeAssignableTo<Xunit.Sdk.XunitException>("the answer is wrong");
        failure!.Message.Should().Contain(sentence);
    }
}

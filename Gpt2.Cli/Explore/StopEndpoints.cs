// "Stop here": the pass is run once more, with a breakpoint at the step that the page shows, for the debugger that the program runs under.

using System.Diagnostics;
using Gpt2.Cli.Http;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Explore;

/// <summary>Answers requests to stop the debugger.</summary>
/// <param name="model">The model.</param>
/// <param name="maker">Gives turns, since the pass is run.</param>
/// <param name="limits">What is accepted.</param>
/// <param name="isAttached">Whether there is a debugger; null to ask the runtime.</param>
internal sealed class StopEndpoints(LanguageModel model, SessionMaker maker, ExplorerLimits limits, Func<bool>? isAttached = null)
{
    /// <summary>
    /// POST stop {at}: runs the prompt of the session once more, and stops the debugger at a step such as h0.step7. Answers when the
    /// debugger has gone on.
    /// </summary>
    /// <exception cref="ApiException">There is no such step, or no debugger.</exception>
    public async Task StopAsync(HttpContext context, ExplorerSession session)
    {
        StopBody body = ExplorerShapes.ReadStop(await RequestBody.ReadAsync(context, limits.BodyBytes, limits.BodyTime));
        StepBreakpoint stop = BreakpointOf(body.At ?? throw ApiException.BadValue("at", "missing", "a step, for example h0.step7"));
        if (!(isAttached ?? (() => Debugger.IsAttached))())
        {
            throw new ApiException(
                409, $"no debugger is attached, so nothing stops at {stop}: start the profile Explore with F5, see docs/debugging.md",
                code: "no_debugger");
        }

        await maker.InTurnAsync(() => ForwardTrace.Run(session.Model, [.. session.Trace.Ids], HeadRows.Last, stop), context.RequestAborted);
        await ExplorerAnswer.JsonAsync(context.Response, new StoppedBody(stop.ToString(), stop.Hits));
    }

    private StepBreakpoint BreakpointOf(string at)
    {
        try
        {
            return StepBreakpoint.Parse(at, model.Config).WithTokens(id => TokenText.Of(model.Tokenizer.Vocabulary, id));
        }
        catch (Gpt2Exception e)
        {
            throw new ApiException(400, e.Message, "at", "bad_step");
        }
    }
}

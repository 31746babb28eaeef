// Several completions in one pass: a single token waits for the weights to arrive from memory, so that the tokens of
// sixteen sessions take little longer than one. Known as continuous batching (Yu et al., "Orca: A Distributed Serving
// System for Transformer-Based Generative Models", OSDI 2022): sessions join and leave between any two passes, and long
// prompts are cut into chunks so that they hold nobody up.

using System.Runtime.InteropServices;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;

namespace Gpt2.Core.Generation;

/// <summary>
/// Predicts for any number of sessions of a model at once. Each gets the same bits as if it predicted alone. While the
/// number of sessions stays, nothing is allocated but what grows with their texts. Between passes no session is held.
/// </summary>
internal sealed class SessionBatch
{
    /// <summary>
    /// The maximum number of prompt tokens in a pass from which others expect their next token: so many take about as
    /// long as reading the weights.
    /// </summary>
    private const int PromptRowsAmongOthers = 32;

    /// <summary>The same if there are only prompts.</summary>
    private const int PromptRows = 256;

    private readonly Gpt2Model model;
    private readonly ForwardActivations activations;
    private readonly KeyValueCache cache;
    private readonly List<GenerationSession> members = [];
    private readonly List<KeyValueCache> caches = [];
    private readonly List<int> ids = [];
    private readonly List<int> lengths = [];
    private int first; // which session is served first

    /// <param name="model">The model of all sessions.</param>
    public SessionBatch(Gpt2Model model)
    {
        this.model = model;
        activations = new ForwardActivations(model.Config);
        cache = KeyValueCache.OfOthers(model.Config);
    }

    /// <summary>
    /// Runs one pass. A session with one token pending has its prediction afterwards. Those with more take turns: as many
    /// as there is room for come closer to theirs or have it, and the others are left for the next passes.
    /// </summary>
    /// <param name="sessions">At least one; none has a prediction.</param>
    public void Advance(IReadOnlyList<GenerationSession> sessions)
    {
        try
        {
            Gather(sessions);
            model.Forward(CollectionsMarshal.AsSpan(ids), CollectionsMarshal.AsSpan(lengths), cache, activations);
            for (int member = 0; member < members.Count; member++)
            {
                if (members[member].Pending().IsEmpty)
                {
                    members[member].Take(activations.Logits.Row(member), activations.Probabilities.Row(member));
                }
            }
        }
        finally
        {
            members.Clear();
            caches.Clear();
            cache.Release();
        }
    }

    private void Gather(IReadOnlyList<GenerationSession> sessions)
    {
        ids.Clear();
        lengths.Clear();
        first++; // a long prompt, or a text past n_ctx whose window is pending at every token, must not always be first
        int room = PromptRows;
        for (int i = 0; i < sessions.Count; i++)
        {
            room = sessions[i].Pending().Length == 1 ? PromptRowsAmongOthers : room;
        }

        for (int i = 0; i < sessions.Count; i++)
        {
            GenerationSession session = sessions[(int)((uint)(first + i) % (uint)sessions.Count)];
            ReadOnlySpan<int> pending = session.Pending();
            int rows = pending.Length == 1 ? 1 : Chunk(pending.Length, ref room);
            if (rows > 0)
            {
                members.Add(session);
                caches.Add(session.Cache);
                ids.AddRange(pending[..rows]);
                lengths.Add(rows);
            }
        }

        cache.Gather(caches);
    }

    /// <summary>
    /// How many of a prompt's tokens to take now. Never a single one, now or at the end: the kernels sum the attention
    /// of a single query in a different order, and the prompt would not have the bits that it has in one piece.
    /// </summary>
    private static int Chunk(int pending, ref int room)
    {
        int rows = Math.Min(pending, room);
        rows = rows < 2 ? 0 : pending - rows == 1 ? pending : rows;
        room -= rows;
        return rows;
    }
}

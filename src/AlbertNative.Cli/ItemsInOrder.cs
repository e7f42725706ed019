using AlbertNative.Tokenization;

namespace AlbertNative.Cli;

/// <summary>Items that are read, computed and written in their order, with one way to deal with bad ones.</summary>
/// <param name="Read">Reads the item at an index; one that cannot be read comes in its turn too, after the results before it.</param>
/// <param name="Compute">As <see cref="TextWork{TItem, TResult}.Compute"/> does it.</param>
/// <param name="Write">Takes a result and its item's index.</param>
/// <param name="Reject">Takes the index of a bad item and what is wrong with it.</param>
internal sealed record ItemsInOrder<TItem, TResult>(
    Func<int, TItem> Read,
    Func<IEnumerable<TItem>, IEnumerable<TResult>> Compute,
    Action<int, TItem, TResult> Write,
    Action<int, Exception> Reject)
{
    /// <summary>Takes the items from 0 to <paramref name="count"/>.</summary>
    public void Run(int count)
    {
        List<(int Index, TItem Item)> readable = [];
        for (int i = 0; i < count; i++)
        {
            try
            {
                readable.Add((i, Read(i)));
            }
            catch (Exception e) when (IsBadInput(e))
            {
                ComputeAll(readable);
                readable.Clear();
                Reject(i, e);
            }
        }
        ComputeAll(readable);
    }

    private void ComputeAll(List<(int Index, TItem Item)> readable)
    {
        int done = 0;
        while (done < readable.Count)
        {
            try
            {
                foreach (TResult result in Compute(readable.Skip(done).Select(r => r.Item)))
                {
                    Write(readable[done].Index, readable[done].Item, result);
                    done++;
                }
            }
            catch (Exception e) when (IsBadInput(e))
            {
                Reject(readable[done].Index, e);
                done++;
            }
        }
    }

    // The library says what is wrong with a text by ArgumentException: too long, no mask, no such id. A tokenizer that has been
    // loaded has a fault only with texts that its rules make too much of.
    private static bool IsBadInput(Exception e) => e is BadInputException or ArgumentException or TokenizerFormatException;
}

using System.Text;
using Spectre.Console.Rendering;

namespace AlbertNative.Cli;

/// <summary>
/// The way of all text to a terminal: whatever of it others chose can neither move the cursor nor change colours nor turn
/// the order of what is shown (<see cref="HarmlessText"/>); such characters appear as U+FFFD.
/// </summary>
internal static class CleanOutput
{
    public static string Clean(string text) => HarmlessText.Lines(text, '\uFFFD');

    /// <summary>Cleans whatever a console draws; its own control sequences are none of it.</summary>
    internal sealed class Hook : IRenderHook
    {
        public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
            renderables.Select(renderable => new Cleaned(renderable));
    }

    /// <summary>Cleans what is written line by line. The stream beneath stays its owner's.</summary>
    internal sealed class Writer(TextWriter inner) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => inner.Write(Clean(value.ToString()));

        public override void Write(string? value) => inner.Write(value is null ? null : Clean(value));

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void WriteLine(string? value)
        {
            Write(value);
            inner.WriteLine();
        }

        public override void Flush() => inner.Flush();
    }

    private sealed class Cleaned(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth).Select(
            segment => segment.IsControlCode || segment.IsLineBreak ? segment : new Segment(Clean(segment.Text), segment.Style));
    }
}

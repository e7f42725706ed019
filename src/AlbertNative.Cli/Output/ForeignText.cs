using System.Text;
using Spectre.Console.Rendering;

namespace AlbertNative.Cli;

/// <summary>
/// Text that others chose (labels, names, messages of files and servers) on its way to a terminal: what could move the
/// cursor, change colours or turn the order of what is shown appears as U+FFFD. Line ends and tabs stay.
/// </summary>
internal static class ForeignText
{
    /// <summary>The text without harm, of the same length.</summary>
    public static string Clean(string text) => text.All(IsHarmless)
        ? text
        : string.Create(text.Length, text, static (clean, source) =>
        {
            for (int i = 0; i < clean.Length; i++)
                clean[i] = IsHarmless(source[i]) ? source[i] : '\uFFFD';
        });

    /// <summary>Whether a terminal shows the character and does nothing else. Joiners, which Persian is written with, do.</summary>
    public static bool IsHarmless(char c) =>
        c is '\n' or '\r' or '\t'
        || (!char.IsControl(c) && c is not (>= '\u2028' and <= '\u202e') and not (>= '\u2066' and <= '\u2069'));

    /// <summary>Cleans whatever a console draws; its own control sequences are none of it.</summary>
    internal sealed class Hook : IRenderHook
    {
        public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
            renderables.Select(renderable => new Cleaned(renderable));
    }

    /// <summary>Cleans what is written line by line.</summary>
    internal sealed class Writer(TextWriter inner) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => inner.Write(IsHarmless(value) ? value : '\uFFFD');

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

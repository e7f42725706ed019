using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

/// <summary>LAMB against its formulas in double precision.</summary>
public sealed class LambTests
{
    [Fact]
    public void Updates_are_those_of_the_formulas()
    {
        const double Rate = 0.01, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-6, Decay = 0.01;
        TrainableParameter[] parameters =
        [
            new("a.weight", [70, 300], 0, ModelPart.Encoder), new("a.bias", [50], 21008, ModelPart.Encoder), new("b.weight", [4, 4], 21072, ModelPart.Head),
        ];
        const int Length = 21088;
        Random random = new(3);
        float[] start = [.. Enumerable.Range(0, Length).Select(i => i >= 21072 ? 0 : random.NextSingle() - 0.5f)];
        float[][] gradients = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, Length).Select(_ => random.NextSingle() - 0.5f).ToArray())];

        float[] Updated(int threads)
        {
            using ThreadTeam team = new(threads);
            AdamW optimizer = new(parameters, Length, new AdamWOptions { Epsilon = Epsilon, WeightDecay = Decay, MaxGradientNorm = 0, ScalesByLayer = true });
            ParameterBlock values = new(Length), gradient = new(Length);
            start.CopyTo(values.Values);
            foreach (float[] given in gradients)
            {
                given.CopyTo(gradient.Values);
                optimizer.Step(program => team.Run(program), values, gradient, Rate);
            }
            return values.Values.ToArray();
        }

        double[] theta = [.. start.Select(value => (double)value)], m = new double[Length], v = new double[Length];
        for (int t = 1; t <= gradients.Length; t++)
        {
            foreach (TrainableParameter parameter in parameters)
            {
                int[] own = [.. Enumerable.Range(parameter.Offset, parameter.Length)];
                double[] u = [.. own.Select(i =>
                {
                    double g = gradients[t - 1][i];
                    m[i] += (1 - Beta1) * (g - m[i]);
                    v[i] = (Beta2 * v[i]) + ((1 - Beta2) * g * g);
                    double direction = m[i] / (1 - Math.Pow(Beta1, t)) / (Math.Sqrt(v[i] / (1 - Math.Pow(Beta2, t))) + Epsilon);
                    return direction + (parameter.Decays ? Decay * theta[i] : 0);
                })];
                double norm = Math.Sqrt(own.Sum(i => theta[i] * theta[i])), step = Math.Sqrt(u.Sum(x => x * x));
                double ratio = norm > 0 && step > 0 ? norm / step : 1;
                for (int i = 0; i < own.Length; i++)
                    theta[own[i]] -= Rate * ratio * u[i];
            }
        }
        float[] found = Updated(1);
        foreach (TrainableParameter parameter in parameters)
        {
            foreach (int i in Enumerable.Range(parameter.Offset, parameter.Length))
                Assert.Equal(theta[i], found[i], 1e-6);
        }
        Assert.Equal(found, Updated(3));
    }
}

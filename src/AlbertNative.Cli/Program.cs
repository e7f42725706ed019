Console.WriteLine("albert");

namespace AlbertNative.Server.Quotas;

/// <summary>
/// What the store does, each at once: buckets that are refilled without pause, by the store's own clock, so that replicas whose
/// clocks differ agree.
/// </summary>
internal static class QuotaScripts
{
    /// <summary>
    /// Takes an amount of requests and of tokens, or nothing where one of the quotas does not allow it. KEYS: the client's bucket;
    /// ARGV: both quotas of a minute (0 for none), both amounts. Answers the wait in milliseconds and both levels.
    /// </summary>
    public const string Take = """
        local clock = redis.call('TIME')
        local now = clock[1] + clock[2] / 1000000
        local bucket = redis.call('HMGET', KEYS[1], 'seen', 'requests', 'tokens')
        local level, wait = {}, 0
        for i = 1, 2 do
          local most, amount = tonumber(ARGV[i]), tonumber(ARGV[i + 2])
          level[i] = most
          if most > 0 then
            if bucket[1] and bucket[i + 1] then
              level[i] = math.min(most, tonumber(bucket[i + 1]) + math.max(0, now - bucket[1]) * most / 60)
            end
            wait = math.max(wait, (math.min(amount, most) - level[i]) * 60 / most)
          end
        end
        if wait <= 0 then
          wait = 0
          level[1] = level[1] - ARGV[3]
          level[2] = level[2] - ARGV[4]
        end
        local debt = 60
        for i = 1, 2 do
          if tonumber(ARGV[i]) > 0 then debt = math.max(debt, (ARGV[i] - level[i]) * 60 / ARGV[i]) end
        end
        redis.call('HSET', KEYS[1], 'seen', string.format('%.6f', now), 'requests', string.format('%.6f', level[1]), 'tokens', string.format('%.6f', level[2]))
        redis.call('EXPIRE', KEYS[1], math.ceil(debt) + 60)
        return {math.ceil(wait * 1000), math.floor(level[1]), math.floor(level[2])}
        """;

    /// <summary>Gives back what was taken for nothing. KEYS: the client's bucket; ARGV: both amounts.</summary>
    public const string Return = """
        if redis.call('EXISTS', KEYS[1]) == 1 then
          redis.call('HINCRBYFLOAT', KEYS[1], 'requests', ARGV[1])
          redis.call('HINCRBYFLOAT', KEYS[1], 'tokens', ARGV[2])
        end
        """;

    /// <summary>Says that a replica is there. KEYS: the set of replicas; ARGV: its name, after how many seconds it is forgotten. Answers how many there are.</summary>
    public const string Announce = """
        local now = tonumber(redis.call('TIME')[1])
        redis.call('ZADD', KEYS[1], now, ARGV[1])
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
        redis.call('EXPIRE', KEYS[1], ARGV[2] * 2)
        return redis.call('ZCARD', KEYS[1])
        """;
}

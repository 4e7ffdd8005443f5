-- What a call really cost, counted once for each call, however often it is sent; its reservation goes.
-- KEYS: spent on the day, in the month, held, the mark of this call.
-- ARGV: id, agent, micro-dollars, tokens, seconds that a day and that a month is kept, seconds that the mark stays.
-- Answers 1; 0 where it was counted before.
redis.call('HDEL', KEYS[3], ARGV[1])
if not redis.call('SET', KEYS[4], '1', 'EX', ARGV[7], 'NX') then return 0 end
for i, key in ipairs({ KEYS[1], KEYS[2] }) do
  for _, scope in ipairs({ ARGV[2], '*' }) do
    redis.call('HINCRBY', key, scope .. '.usd', ARGV[3])
    redis.call('HINCRBY', key, scope .. '.tokens', ARGV[4])
  end
  redis.call('EXPIRE', key, ARGV[4 + i])
end
return 1

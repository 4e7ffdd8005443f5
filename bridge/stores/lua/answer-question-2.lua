-- The first answer counts, and only before its time is up; a guess gives way to what the agent calls its answer.
-- KEYS: question, the agent's open ones. ARGV: agent, now in milliseconds, answer, id of the question, '1' for a guess.
-- Answers taken, late, unknown (not this agent's), again (the very answer that it has) or better (than the guess).
local agent = redis.call('HGET', KEYS[1], 'agent')
if agent ~= ARGV[1] then return 'unknown' end
local known = redis.call('HGET', KEYS[1], 'answer')
if known and (known == ARGV[3] or redis.call('HGET', KEYS[1], 'better') == ARGV[3]) then return 'again' end
if known and ARGV[5] == '0' and redis.call('HDEL', KEYS[1], 'guess') == 1 then
  redis.call('HSET', KEYS[1], 'better', ARGV[3])
  return 'better'
end
if redis.call('HEXISTS', KEYS[1], 'over') == 1 or tonumber(redis.call('HGET', KEYS[1], 'until')) < tonumber(ARGV[2]) then return 'late' end
if redis.call('HSETNX', KEYS[1], 'answer', ARGV[3]) == 0 then return 'late' end
if ARGV[5] == '1' then redis.call('HSET', KEYS[1], 'guess', '1') end
redis.call('ZREM', KEYS[2], ARGV[4])
return 'taken'

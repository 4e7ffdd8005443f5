-- Whether this turn is the one that tells of the agent's blackout: one does, and the same one after a crash.
-- KEYS: told, agent to `<blackout>\n<turn>`. ARGV: agent, blackout, turn.
local key, turn = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^(.*)\n(.*)$')
if key == ARGV[2] then return turn == ARGV[3] and 1 or 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. '\n' .. ARGV[3])
return 1

-- Adds the new key and forgets the agent's others, in one step.
-- KEYS: the ring, key id to JSON. ARGV: agent, id of the new key ('' for none), its JSON.
-- Answers how many were forgotten.
local forgotten = 0
for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
  if cjson.decode(redis.call('HGET', KEYS[1], id)).agent == ARGV[1] then forgotten = forgotten + redis.call('HDEL', KEYS[1], id) end
end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], ARGV[2], ARGV[3]) end
return forgotten

-- What the agent's keys allow from now on.
-- KEYS: the ring, key id to JSON. ARGV: agent, JSON of the scopes.
-- Answers how many keys that concerned.
local changed = 0
for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
  local kept = cjson.decode(redis.call('HGET', KEYS[1], id))
  if kept.agent == ARGV[1] then
    kept.scopes = cjson.decode(ARGV[2])
    redis.call('HSET', KEYS[1], id, cjson.encode(kept))
    changed = changed + 1
  end
end
return changed

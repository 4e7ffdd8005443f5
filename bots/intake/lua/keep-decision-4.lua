-- Keeps a decision, or gives back the one that is kept already: in one step, so that two swarms never act on two.
-- A floor and a model are kept with the time of the event that set them; an older event that comes late undoes nothing.
-- KEYS: decision, the room's floor, whether the sender was told, models.
-- ARGV: decision, floor ('' for none), time of the event in milliseconds, who is told now, agent whose
--   model is chosen and the model with that time ('' for none each), seconds that the decision and that the telling is remembered.
-- Answers what was decided before, nothing where this is the first.
local known = redis.call('GET', KEYS[1])
if known then return known end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[7])
if ARGV[2] ~= '' then
  local before = redis.call('GET', KEYS[2])
  if not before or tonumber(string.match(before, '^%d+')) <= tonumber(ARGV[3]) then redis.call('SET', KEYS[2], ARGV[3] .. ' ' .. ARGV[2]) end
end
if ARGV[5] ~= '' then
  local before = redis.call('HGET', KEYS[4], ARGV[5])
  if not before or tonumber(string.match(before, '^%d+')) <= tonumber(ARGV[3]) then redis.call('HSET', KEYS[4], ARGV[5], ARGV[6]) end
end
if ARGV[4] ~= '' then redis.call('SET', KEYS[3], '1', 'EX', ARGV[8]) end
return false

-- Gives back what is one's own; what is another's stays.
-- KEYS: lease. ARGV: name of the holder.
-- Answers 1; 0 where it is not this holder's (any more).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])

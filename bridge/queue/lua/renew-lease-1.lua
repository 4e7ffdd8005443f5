-- Only over one's own name: a lease that ran out may be somebody else's by now.
-- KEYS: lease. ARGV: name of the holder, milliseconds from now.
-- Answers 1; 0 where it is not this holder's (any more).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1

-- Takes a call's estimate out of what is left. A call may begin as long as anything is left when all running ones are
-- counted at their estimates: so no limit is overdrawn by more than one estimate. What a killed swarm held runs out.
-- KEYS: limits, spent on the day, in the month, held, rests, the freeze.
-- ARGV: id, agent, what answers for it, now and end of the reservation in milliseconds, micro-dollars, tokens.
-- Answers held; busy: perhaps when a running call has turned out cheaper; rest: not now.
local limits, day, month, held, rests, frozen = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local id, agent, label, now, expiry, usd, tokens = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7]
if string.match(redis.call('GET', frozen) or '', ' on$') then return 'rest' end
local rest = redis.call('HGET', rests, agent)
if rest then
  local until_, _, of = string.match(rest, '^(%d+) (%S+) (.*)$')
  if until_ and tonumber(until_) > now and of == label then return 'rest' end
end
local sums = { [agent .. '.usd'] = 0, [agent .. '.tokens'] = 0, ['*.usd'] = 0, ['*.tokens'] = 0 }
local all = redis.call('HGETALL', held)
for i = 1, #all, 2 do
  local whose, ends, u, t = string.match(all[i + 1], '^(%S+) (%d+) (%d+) (%d+)$')
  if not ends or tonumber(ends) <= now then
    redis.call('HDEL', held, all[i])
  else
    sums['*.usd'] = sums['*.usd'] + u
    sums['*.tokens'] = sums['*.tokens'] + t
    if whose == agent then
      sums[agent .. '.usd'] = sums[agent .. '.usd'] + u
      sums[agent .. '.tokens'] = sums[agent .. '.tokens'] + t
    end
  end
end
local busy = false
for _, scope in ipairs({ agent, '*' }) do
  for name, key in pairs({ day = day, month = month }) do
    for _, unit in ipairs({ 'usd', 'tokens' }) do
      local amount = string.match(redis.call('HGET', limits, scope .. '.' .. name .. '.' .. unit) or '', '^%d+ (%d+)$')
      if amount then
        local spent = tonumber(redis.call('HGET', key, scope .. '.' .. unit) or '0')
        if spent >= tonumber(amount) then return 'rest' end
        if spent + sums[scope .. '.' .. unit] >= tonumber(amount) then busy = true end
      end
    end
  end
end
if busy then return 'busy' end
redis.call('HSET', held, id, agent .. ' ' .. expiry .. ' ' .. usd .. ' ' .. tokens)
return 'held'

import { createRequire } from 'node:module';
import type { Reply } from './paper-redis.ts';
import type { Json } from './provider-formats.ts';

// It has no types of its own.
const {
  lua,
  lauxlib,
  lualib,
  to_luastring: bytes,
  to_jsstring: text,
}: Json = createRequire(import.meta.url)('fengari');

/** What Redis has and newer Luas have not. */
const PRELUDE = 'unpack = table.unpack\n';

/** Runs a script as Redis does: KEYS, ARGV, `redis.call`, and replies turned as its manual says. */
export function runLua(
  script: string,
  keys: readonly string[],
  args: readonly string[],
  call: (name: string, args: readonly string[]) => Reply,
): Reply {
  const state = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(state);
  for (const [name, list] of [
    ['KEYS', keys],
    ['ARGV', args],
  ] as const) {
    push(state, list);
    lua.lua_setglobal(state, bytes(name));
  }
  lua.lua_newtable(state);
  lua.lua_pushcfunction(state, (inner: Json) => {
    const given = Array.from({ length: lua.lua_gettop(inner) }, (_, i) => argument(inner, i + 1));
    try {
      push(inner, call(given[0] ?? '', given.slice(1)));
    } catch (error) {
      return lauxlib.luaL_error(inner, bytes(error instanceof Error ? error.message : 'unknown'));
    }
    return 1;
  });
  lua.lua_setfield(state, -2, bytes('call'));
  lua.lua_setglobal(state, bytes('redis'));
  const wrong =
    lauxlib.luaL_loadstring(state, bytes(PRELUDE + script)) !== lua.LUA_OK ||
    lua.lua_pcall(state, 0, 1, 0) !== lua.LUA_OK;
  if (wrong) throw new Error(`ERR ${text(lua.lua_tostring(state, -1))}`);
  return replyAt(state, -1);
}

function argument(state: Json, at: number): string {
  if (lua.lua_type(state, at) === lua.LUA_TNUMBER) return String(lua.lua_tonumber(state, at));
  if (lua.lua_type(state, at) !== lua.LUA_TSTRING)
    throw new Error('ERR Lua redis lib command arguments must be strings or integers');
  return text(lua.lua_tostring(state, at));
}

function push(state: Json, reply: Reply): void {
  if (reply === null) lua.lua_pushboolean(state, false);
  else if (typeof reply === 'number') lua.lua_pushinteger(state, reply);
  else if (typeof reply === 'string') lua.lua_pushstring(state, bytes(reply));
  else {
    lua.lua_newtable(state);
    for (const [i, one] of reply.entries()) {
      push(state, one);
      lua.lua_rawseti(state, -2, i + 1);
    }
  }
}

function replyAt(state: Json, at: number): Reply {
  switch (lua.lua_type(state, at)) {
    case lua.LUA_TNUMBER:
      return Math.trunc(lua.lua_tonumber(state, at));
    case lua.LUA_TSTRING:
      return text(lua.lua_tostring(state, at));
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(state, at) ? 1 : null;
    case lua.LUA_TTABLE:
      return listAt(state);
    default:
      return null;
  }
}

/** Up to the first hole. */
function listAt(state: Json): readonly Reply[] {
  const list: Reply[] = [];
  for (let i = 1; lua.lua_rawgeti(state, -1, i) !== lua.LUA_TNIL; i += 1) {
    list.push(replyAt(state, -1));
    lua.lua_pop(state, 1);
  }
  lua.lua_pop(state, 1);
  return list;
}

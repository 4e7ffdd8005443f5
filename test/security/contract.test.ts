import { MODES, SandboxHouse, openHostServices } from './house.ts';
import { sandboxContract } from './sandbox-contract.ts';

for (const mode of MODES) {
  sandboxContract({
    name: `bubblewrap, ${mode},`,
    open: async () => {
      const house = await SandboxHouse.open(mode);
      const host = await openHostServices();
      const close = async () => {
        await house[Symbol.asyncDispose]();
        await host[Symbol.asyncDispose]();
      };
      return { sandbox: house.sandbox, workspace: house.scene(host).workspace, close };
    },
  });
}

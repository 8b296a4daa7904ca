import { describeUserStore } from '#test/contracts/user-store-contract.ts';
import { MemoryUserStore } from './memory-user-store.ts';

describeUserStore('MemoryUserStore', async () => ({ store: new MemoryUserStore(), close: async () => {} }));

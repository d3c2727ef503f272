/** A Keystone that a suite may fill: the simulator, or a real one (see real.ts). */
export interface KeystoneStand {
  readonly url: string;
  /** Somebody in the domain `default` who may read its users. */
  readonly admin: { readonly name: string; readonly password: string };
  readonly defaultDomainId: string;
  createDomain(name: string): Promise<string>;
  /** Gives the id. */
  createUser(user: NewUser): Promise<string>;
  changeUser(id: string, changes: { readonly enabled?: boolean; readonly email?: string }): Promise<void>;
  deleteUser(id: string): Promise<void>;
  createGroup(name: string): Promise<string>;
  addToGroup(userId: string, groupId: string): Promise<void>;
  removeFromGroup(userId: string, groupId: string): Promise<void>;
  /** `reader` may read users of the domain, and of nobody else. */
  grantReader(userId: string, domainId: string): Promise<void>;
  close(): Promise<void>;
}

export interface NewUser {
  readonly name: string;
  readonly password: string;
  readonly email?: string;
  readonly domainId: string;
}

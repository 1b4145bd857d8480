export type { Answer, Asked, Told, Wire } from './exchange.ts';
export type { Fault, FaultHandle, FaultMatch, Faults, Rewritable } from './faults.ts';
export {
  defaultBehaviour,
  type Behaviour,
  type Credentials,
  type FederatedCredential,
  type SimulatorOptions,
} from './options.ts';
export type { LoggedInner, LoggedRequest, RequestLog } from './request-log.ts';
export { serve, type SettingName, type Simulator } from './serve.ts';
export { Simulation } from './simulation.ts';
export type {
  DirectoryGroup,
  DirectoryThing,
  DirectoryUser,
  ObjectKind,
} from './tenant/directory-object.ts';
export type { Tenant } from './tenant/tenant.ts';
export type { Application } from './token/application.ts';
export type { ConsentDecision, Desk } from './sign-in/desk.ts';

/** Hosts of one of Microsoft's national clouds; tokens of one are worth nothing in another. */
export interface CloudHosts {
  /** Also the resource that a token is asked for: `<graph>/.default`. */
  readonly graph: string;
  readonly login: string;
  /** Where an administrator looks after applications. */
  readonly portal: string;
}

/** https://learn.microsoft.com/graph/deployments */
export const clouds = {
  global: {
    graph: 'https://graph.microsoft.com',
    login: 'https://login.microsoftonline.com',
    portal: 'https://portal.azure.com',
  },
  usgov: {
    graph: 'https://graph.microsoft.us',
    login: 'https://login.microsoftonline.us',
    portal: 'https://portal.azure.us',
  },
  'usgov-dod': {
    graph: 'https://dod-graph.microsoft.us',
    login: 'https://login.microsoftonline.us',
    portal: 'https://portal.azure.us',
  },
  china: {
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    login: 'https://login.chinacloudapi.cn',
    portal: 'https://portal.azure.cn',
  },
} as const satisfies Readonly<Record<string, CloudHosts>>;

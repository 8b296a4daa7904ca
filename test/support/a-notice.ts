import type { StalledNotice, TokenExpiryNotice } from '#operator/controller/ports.ts';

const ADDRESS = {
  tenant: { namespace: 'team-hr', name: 'acme' },
  uid: '0f5c9a1e-6b7d-4c3a-9f55-2d1f3c8b7a60',
  displayName: 'Acme Corp',
  endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
  recipient: 'hr-it@acme.example',
  time: '2026-11-24T06:00:00Z',
} as const;

/** Of a token that a person wrote. */
export function aTokenExpiryNotice(overrides: Partial<TokenExpiryNotice> = {}): TokenExpiryNotice {
  return {
    ...ADDRESS,
    id: 'token-expiressoon-0123456789ab',
    kind: 'TokenExpiry',
    state: 'ExpiresSoon',
    fingerprint: 'sha256:0123456789ab',
    expiresAt: '2026-12-14T06:00:00Z',
    secret: { name: 'acme-scim-token', key: 'token' },
    rotatable: false,
    overlap: '24h',
    ...overrides,
  };
}

export function aStalledNotice(overrides: Partial<StalledNotice> = {}): StalledNotice {
  return {
    ...ADDRESS,
    id: 'stalled-4-MappingInvalid',
    kind: 'Stalled',
    reason: 'MappingInvalid',
    message: 'attributeMapping[0]: schema User has no attribute "usrname"; nearest: userName',
    generation: 4,
    ...overrides,
  };
}

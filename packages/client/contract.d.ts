// The type of every procedure, written by `pnpm contract` from apps/api/src/public.ts.
import { BuiltRouter } from "@trpc/server/unstable-core-do-not-import";
/**
 * Who may: any person of ours, those who act, those who read what was said (bytes, transcripts, summaries, texts), those who
 * see callers' numbers in lists, those who see one when they ask for it, those who
 * decide who gets in. Two are for customers too, and then of one's own customer alone: whoever is signed in reads, and those
 * who act and an owner act. `signedIn` is about one's own account. The last six are for programs as well: each has its scope
 * (`scopes`), and a procedure under one of them is open to the keys that have it.
 */
declare const permissions: {
  readonly staff: readonly ["admin", "operator", "sales", "viewer"];
  readonly operator: readonly ["admin", "operator"];
  readonly content: readonly ["admin", "operator"];
  readonly numbers: readonly ["admin", "operator"];
  readonly reveal: readonly ["admin", "operator", "sales"];
  readonly admin: readonly ["admin"];
  readonly staffOrOwner: readonly ["admin", "operator", "sales", "viewer", "owner"];
  readonly operatorOrOwner: readonly ["admin", "operator", "owner"];
  readonly signedIn: readonly ["admin", "operator", "sales", "viewer", "owner"];
  readonly readUsage: readonly ["admin", "operator", "sales", "viewer", "owner"];
  readonly askUsage: readonly ["admin", "operator", "owner"];
  readonly raiseAlerts: readonly ["admin", "operator"];
  readonly auditCompliance: readonly [];
  readonly readInbox: readonly ["admin", "operator"];
  readonly replayInbox: readonly ["admin", "operator"];
};
type Permission = keyof typeof permissions;
/** What a procedure says of itself: its REST path and who may call it. */
type ApiMeta = {
  openapi?: {
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
    path: `/${string}`;
    summary?: string;
    tags?: string[];
    protect?: boolean;
  };
  /** Who looks at a customer as its owner does may do this all the same; every other change is refused him. */
  whileViewing?: true;
  /** The status of success at its REST path, where it is not 200. */
  answers?: 201;
  /** At its REST path it refuses fields that it does not know, as every GET does. */
  exact?: true;
  permission?: Permission | 'public';
  /** What an owner's request reaches by it: one customer's rows (the database sees to it), or all, and the verb narrows it. */
  reach?: 'customer' | 'all';
};
declare const record: import("@trpc/server/unstable-core-do-not-import").DecorateCreateRouterOptions<{
  sessions: {
    passkeys: {
      beginSignIn: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: Record<string, never>;
        output: {
          rpId: string;
          challenge: string;
          timeout: number;
          userVerification: "required";
        };
        meta: ApiMeta;
      }>;
      signIn: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          id: string;
          rawId: string;
          type: "public-key";
          response: {
            clientDataJSON: string;
            authenticatorData: string;
            signature: string;
            userHandle?: string | undefined;
          };
        };
        output: {
          token: string;
          user: {
            id: string;
            email: string;
            name: string | null;
            role: "admin" | "operator" | "owner" | "sales" | "viewer";
            customerId: string | null;
            needsSecondFactor: boolean;
          };
        };
        meta: ApiMeta;
      }>;
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: Record<string, never> | undefined;
        output: {
          items: {
            id: string;
            name: string;
            createdAt: string;
            lastUsedAt: string | null;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
      begin: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          password?: string | undefined;
          code?: string | undefined;
        };
        output: {
          rp: {
            id: string;
            name: string;
          };
          user: {
            id: string;
            name: string;
            displayName: string;
          };
          challenge: string;
          pubKeyCredParams: {
            type: "public-key";
            alg: number;
          }[];
          timeout: number;
          excludeCredentials: {
            type: "public-key";
            id: string;
            transports: string[];
          }[];
          authenticatorSelection: {
            residentKey: "required";
            requireResidentKey: true;
            userVerification: "required";
          };
          attestation: "none";
        };
        meta: ApiMeta;
      }>;
      add: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          name: string;
          registration: {
            id: string;
            rawId: string;
            type: "public-key";
            response: {
              clientDataJSON: string;
              attestationObject: string;
              transports?: string[] | undefined;
            };
          };
        };
        output: {
          revoked: number;
          token: string;
          passkey: {
            id: string;
            name: string;
            createdAt: string;
            lastUsedAt: string | null;
          };
        };
        meta: ApiMeta;
      }>;
      rename: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          id: string;
          name: string;
        };
        output: {
          id: string;
          name: string;
          createdAt: string;
          lastUsedAt: string | null;
        };
        meta: ApiMeta;
      }>;
      remove: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          password?: string | undefined;
          code?: string | undefined;
          id: string;
        };
        output: {
          revoked: number;
          token: string;
        };
        meta: ApiMeta;
      }>;
    };
    savedFilters: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          list: string;
        };
        output: {
          items: {
            id: string;
            name: string;
            filters: Record<string, string>;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
      save: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          list: string;
          name: string;
          filters: Record<string, string>;
        };
        output: {
          id: string;
          name: string;
          filters: Record<string, string>;
        };
        meta: ApiMeta;
      }>;
      rename: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          id: string;
          name: string;
        };
        output: {
          id: string;
          name: string;
          filters: Record<string, string>;
        };
        meta: ApiMeta;
      }>;
      forget: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          id: string;
        };
        output: {
          forgotten: true;
        };
        meta: ApiMeta;
      }>;
    };
    login: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        email: string;
        password: string;
      };
      output: {
        token: string;
        user: {
          id: string;
          email: string;
          name: string | null;
          role: "admin" | "operator" | "owner" | "sales" | "viewer";
          customerId: string | null;
          needsSecondFactor: boolean;
        };
      } | {
        mfaRequired: true;
        ticket: string;
      };
      meta: ApiMeta;
    }>;
    loginWithCode: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        ticket: string;
        code: string;
      };
      output: {
        token: string;
        user: {
          id: string;
          email: string;
          name: string | null;
          role: "admin" | "operator" | "owner" | "sales" | "viewer";
          customerId: string | null;
          needsSecondFactor: boolean;
        };
      };
      meta: ApiMeta;
    }>;
    requestReset: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        email: string;
      };
      output: {
        accepted: true;
      };
      meta: ApiMeta;
    }>;
    resetPassword: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        token: string;
        newPassword: string;
      };
      output: {
        revoked: number;
      };
      meta: ApiMeta;
    }>;
    logout: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: Record<string, never>;
      output: {
        ended: boolean;
      };
      meta: ApiMeta;
    }>;
    me: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: Record<string, never> | undefined;
      output: {
        id: string;
        email: string;
        name: string | null;
        role: "admin" | "operator" | "owner" | "sales" | "viewer";
        customerId: string | null;
        needsSecondFactor: boolean;
        viewing?: {
          businessName: string;
          reason: string;
          until: string;
        } | null | undefined;
      };
      meta: ApiMeta;
    }>;
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: Record<string, never> | undefined;
      output: {
        items: {
          id: string;
          device: "desktop" | "mobile" | "tablet";
          ip: string;
          lastActiveAt: string;
          createdAt: string;
          current: boolean;
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    revoke: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
      };
      output: {
        revoked: number;
      };
      meta: ApiMeta;
    }>;
    revokeOthers: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: Record<string, never> | undefined;
      output: {
        revoked: number;
      };
      meta: ApiMeta;
    }>;
    changePassword: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        currentPassword: string;
        newPassword: string;
      };
      output: {
        revoked: number;
        token: string;
      };
      meta: ApiMeta;
    }>;
    secondFactor: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: Record<string, never> | undefined;
      output: {
        since: string | null;
        recoveryCodesLeft: number;
        isRequired: boolean;
      };
      meta: ApiMeta;
    }>;
    startSecondFactor: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        password: string;
      };
      output: {
        key: string;
        uri: string;
      };
      meta: ApiMeta;
    }>;
    confirmSecondFactor: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        code: string;
      };
      output: {
        revoked: number;
        token: string;
        recoveryCodes: string[];
      };
      meta: ApiMeta;
    }>;
    renewRecoveryCodes: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        code: string;
      };
      output: {
        recoveryCodes: string[];
      };
      meta: ApiMeta;
    }>;
    turnOffSecondFactor: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        password: string;
        code: string;
      };
      output: {
        revoked: number;
        token: string;
      };
      meta: ApiMeta;
    }>;
  };
  apiKeys: {
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        state?: "active" | "expired" | "replaced" | "revoked" | undefined;
        customerId?: string | undefined;
      };
      output: {
        items: {
          id: string;
          name: string;
          prefix: string;
          scopes: ("alerts:raise" | "compliance:audit" | "operations:read" | "usage:ask" | "usage:read" | "webhooks:read" | "webhooks:replay")[];
          customerId: string | null;
          customerName: string | null;
          state: "active" | "expired" | "replaced" | "revoked";
          createdBy: string;
          createdAt: string;
          expiresAt: string;
          lastUsedAt: string | null;
          revokedAt: string | null;
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    create: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        name: string;
        scopes: ("alerts:raise" | "compliance:audit" | "operations:read" | "usage:ask" | "usage:read" | "webhooks:read" | "webhooks:replay")[];
        customerId?: string | undefined;
        days?: number | undefined;
      };
      output: {
        id: string;
        name: string;
        prefix: string;
        scopes: ("alerts:raise" | "compliance:audit" | "operations:read" | "usage:ask" | "usage:read" | "webhooks:read" | "webhooks:replay")[];
        customerId: string | null;
        customerName: string | null;
        state: "active" | "expired" | "replaced" | "revoked";
        createdBy: string;
        createdAt: string;
        expiresAt: string;
        lastUsedAt: string | null;
        revokedAt: string | null;
        key: string;
      };
      meta: ApiMeta;
    }>;
    rotate: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        overlapHours?: number | undefined;
        days?: number | undefined;
      };
      output: {
        id: string;
        name: string;
        prefix: string;
        scopes: ("alerts:raise" | "compliance:audit" | "operations:read" | "usage:ask" | "usage:read" | "webhooks:read" | "webhooks:replay")[];
        customerId: string | null;
        customerName: string | null;
        state: "active" | "expired" | "replaced" | "revoked";
        createdBy: string;
        createdAt: string;
        expiresAt: string;
        lastUsedAt: string | null;
        revokedAt: string | null;
        key: string;
      };
      meta: ApiMeta;
    }>;
    revoke: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
      };
      output: {
        id: string;
        name: string;
        prefix: string;
        scopes: ("alerts:raise" | "compliance:audit" | "operations:read" | "usage:ask" | "usage:read" | "webhooks:read" | "webhooks:replay")[];
        customerId: string | null;
        customerName: string | null;
        state: "active" | "expired" | "replaced" | "revoked";
        createdBy: string;
        createdAt: string;
        expiresAt: string;
        lastUsedAt: string | null;
        revokedAt: string | null;
      };
      meta: ApiMeta;
    }>;
  };
  staff: {
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        q?: string | undefined;
        role?: "admin" | "operator" | "sales" | "viewer" | undefined;
        state?: "active" | "disabled" | "invited" | undefined;
      };
      output: {
        items: {
          id: string;
          email: string;
          name: string | null;
          role: "admin" | "operator" | "sales" | "viewer";
          state: "active" | "disabled" | "invited";
          hasSecondFactor: boolean;
          sessions: number;
          keys: number;
          createdAt: string;
          lastSignInAt: string | null;
          you: boolean;
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    invite: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        email: string;
        name: string;
        role: "admin" | "operator" | "sales" | "viewer";
      };
      output: {
        id: string;
        email: string;
        name: string | null;
        role: "admin" | "operator" | "sales" | "viewer";
        state: "active" | "disabled" | "invited";
        hasSecondFactor: boolean;
        sessions: number;
        keys: number;
        createdAt: string;
        lastSignInAt: string | null;
        you: boolean;
        link: string | null;
      };
      meta: ApiMeta;
    }>;
    inviteAgain: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
      };
      output: {
        id: string;
        email: string;
        name: string | null;
        role: "admin" | "operator" | "sales" | "viewer";
        state: "active" | "disabled" | "invited";
        hasSecondFactor: boolean;
        sessions: number;
        keys: number;
        createdAt: string;
        lastSignInAt: string | null;
        you: boolean;
        link: string | null;
      };
      meta: ApiMeta;
    }>;
    disable: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        reason: string;
      };
      output: {
        id: string;
        email: string;
        name: string | null;
        role: "admin" | "operator" | "sales" | "viewer";
        state: "active" | "disabled" | "invited";
        hasSecondFactor: boolean;
        sessions: number;
        keys: number;
        createdAt: string;
        lastSignInAt: string | null;
        you: boolean;
      };
      meta: ApiMeta;
    }>;
    enable: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
      };
      output: {
        id: string;
        email: string;
        name: string | null;
        role: "admin" | "operator" | "sales" | "viewer";
        state: "active" | "disabled" | "invited";
        hasSecondFactor: boolean;
        sessions: number;
        keys: number;
        createdAt: string;
        lastSignInAt: string | null;
        you: boolean;
      };
      meta: ApiMeta;
    }>;
    changeRole: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        role: "admin" | "operator" | "sales" | "viewer";
      };
      output: {
        id: string;
        email: string;
        name: string | null;
        role: "admin" | "operator" | "sales" | "viewer";
        state: "active" | "disabled" | "invited";
        hasSecondFactor: boolean;
        sessions: number;
        keys: number;
        createdAt: string;
        lastSignInAt: string | null;
        you: boolean;
      };
      meta: ApiMeta;
    }>;
  };
  views: {
    start: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        reason: string;
      };
      output: {
        businessName: string;
        reason: string;
        until: string;
      };
      meta: ApiMeta;
    }>;
    end: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: Record<string, never> | undefined;
      output: {
        ended: boolean;
      };
      meta: ApiMeta;
    }>;
  };
  insights: {
    overview: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: Record<string, never> | undefined;
      output: {
        now: string;
        sentence: {
          state: "attention" | "quiet";
          items: {
            severity: "critical" | "high" | "info" | "low" | "medium";
            text: string;
            link: {
              to: "alerts" | "customers" | "unknown-numbers" | "webhooks";
              id?: string | undefined;
            };
          }[];
        };
        calls: {
          today: number;
          sameTimeLastWeek: number;
          spark: number[];
        };
        messages: {
          today: number;
          sameTimeLastWeek: number;
          spark: number[];
        };
        seconds: {
          today: number;
          sameTimeLastWeek: number;
          spark: number[];
        };
        inbox: {
          waiting: number;
          failed: number;
          dead: number;
          oldestWaitingSeconds: number;
        };
        openAlerts: {
          total: number;
          bySeverity: Record<"critical" | "high" | "info" | "low" | "medium", number>;
        };
        unknownNumbers: number;
        lastAlerts: {
          id: string;
          type: string;
          severity: "critical" | "high" | "info" | "low" | "medium";
          title: string;
          message: string;
          customer: {
            id: string;
            businessName: string;
          } | null;
          createdAt: string;
          acknowledgedAt: string | null;
          acknowledgedBy: string | null;
          delivery: "delivered" | "failed" | "logged" | "pending" | "sent" | "superseded";
        }[];
        nearestCap: {
          customerId: string;
          businessName: string;
          tier: "core" | "elite" | "pro" | "scale";
          calls: {
            used: number;
            cap: number;
            credit: number;
            reserved: number;
            remaining: number;
            percent: number;
            state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
          };
          sms: {
            used: number;
            cap: number;
            credit: number;
            reserved: number;
            remaining: number;
            percent: number;
            state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
          };
        }[];
        providers: {
          provider: string;
          component: string;
          state: "degraded" | "down" | "healthy" | "not_configured";
          circuit: "closed" | "half_open" | "open";
          lastEventAt: string | null;
        }[];
      };
      meta: ApiMeta;
    }>;
    traffic: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        from: string;
        to: string;
        bucket?: "day" | "hour" | undefined;
      };
      output: {
        bucket: "day" | "hour";
        points: {
          at: string;
          calls: {
            completed: number;
            missed: number;
            failed: number;
          };
          messages: {
            inbound: number;
            outbound: number;
            failed: number;
          };
          seconds: number;
        }[];
      };
      meta: ApiMeta;
    }>;
  };
  webhooks: {
    sources: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: Record<string, never> | undefined;
        output: {
          items: {
            provider: "retell" | "standard" | "stripe" | "telnyx" | "twilio";
            door: string | null;
            isConfigured: boolean;
            canTest: boolean;
            secrets: {
              id: string;
              name: string;
              since: string;
              notAfter: string | null;
              by: string | null;
            }[];
            addresses: string[];
            lastSeenAt: string | null;
            waiting: number;
            paused: number;
            lagSeconds: number;
            today: {
              webhooks: number;
              failed: number;
              refused: number;
              errorRate: number | null;
            };
            pauses: {
              door: string | null;
              reason: string;
              by: string;
              since: string;
              expiresAt: string | null;
            }[];
          }[];
          customers: {
            door: string | null;
            reason: string;
            by: string;
            since: string;
            expiresAt: string | null;
            customer: {
              id: string;
              businessName: string;
            };
          }[];
        };
        meta: ApiMeta;
      }>;
      pause: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          provider?: "retell" | "standard" | "stripe" | "telnyx" | "twilio" | undefined;
          door?: string | undefined;
          customerId?: string | undefined;
          reason: string;
          expiresAt?: string | undefined;
        };
        output: {
          changed: boolean;
        };
        meta: ApiMeta;
      }>;
      resume: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          provider?: "retell" | "standard" | "stripe" | "telnyx" | "twilio" | undefined;
          door?: string | undefined;
          customerId?: string | undefined;
          reason: string;
        };
        output: {
          changed: boolean;
        };
        meta: ApiMeta;
      }>;
      test: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          provider: "retell" | "standard" | "stripe" | "telnyx" | "twilio";
          door?: string | undefined;
        };
        output: {
          accepted: boolean;
          status: number;
          ms: number;
          problem: string | null;
        };
        meta: ApiMeta;
      }>;
    };
    secrets: {
      add: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          secret?: string | undefined;
          name?: string | undefined;
          provider: "retell" | "standard" | "stripe" | "telnyx" | "twilio";
          door?: string | undefined;
        };
        output: {
          secret: {
            id: string;
            name: string;
            since: string;
            notAfter: string | null;
            by: string | null;
          };
          generated: string | null;
        };
        meta: ApiMeta;
      }>;
      rotate: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          secret?: string | undefined;
          name?: string | undefined;
          id: string;
          overlapHours?: number | undefined;
        };
        output: {
          secret: {
            id: string;
            name: string;
            since: string;
            notAfter: string | null;
            by: string | null;
          };
          generated: string | null;
          replaced: {
            id: string;
            name: string;
            since: string;
            notAfter: string | null;
            by: string | null;
          };
        };
        meta: ApiMeta;
      }>;
      end: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          id: string;
          evenIfLast?: boolean | undefined;
        };
        output: {
          id: string;
          name: string;
          since: string;
          notAfter: string | null;
          by: string | null;
        };
        meta: ApiMeta;
      }>;
    };
    causes: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: Record<string, never> | undefined;
        output: {
          items: {
            id: string;
            provider: "retell" | "standard" | "stripe" | "telnyx" | "twilio";
            class: "bug" | "data" | "provider" | "transient";
            refusal: "malformed_header" | "secret_missing" | "signature_invalid" | "signature_missing" | "timestamp_stale" | "too_large" | null;
            text: string;
            next: string;
            webhooks: number;
            states: {
              failed: number;
              dead: number;
              quarantined: number;
            };
            firstSeen: string;
            lastSeen: string;
          }[];
        };
        meta: ApiMeta;
      }>;
    };
    gaps: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: Record<string, never> | undefined;
        output: {
          missing: {
            missing: "analysis" | "end" | "status";
            found: number;
            examples: string[];
            answers: {
              filled: number;
              unchanged: number;
              unknown: number;
              unanswered: number;
            };
          }[];
          silent: {
            provider: "retell" | "standard" | "stripe" | "telnyx" | "twilio";
            door: string;
            usual: number;
          }[];
          backlog: {
            customer: {
              id: string;
              businessName: string;
            } | null;
            webhooks: number;
            seconds: number;
            segments: number;
            cents: number;
          }[];
          isBacklogWhole: boolean;
          backfill: {
            isOn: boolean;
            providers: ("retell" | "telnyx" | "twilio")[];
            runs: {
              id: string;
              by: string;
              state: "done" | "failed" | "running";
              asked: number;
              filled: number;
              unchanged: number;
              unknown: number;
              unanswered: number;
              listed: number;
              admitted: number;
              error: string | null;
              startedAt: string;
              finishedAt: string | null;
            }[];
          };
        };
        meta: ApiMeta;
      }>;
      backfill: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: Record<string, never> | undefined;
        output: {
          started: boolean;
        };
        meta: ApiMeta;
      }>;
    };
    replays: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          cursor?: string | undefined;
          limit?: number | undefined;
          state?: "cancelled" | "done" | "planned" | "planning" | "running" | "stopped" | undefined;
        };
        output: {
          items: {
            id: string;
            hash: string;
            state: "cancelled" | "done" | "planned" | "planning" | "running" | "stopped";
            filter: {
              ids: number | null;
              state: string | null;
              provider: string | null;
              customerId: string | null;
              from: string | null;
              to: string | null;
              hidden: string[];
            };
            count: number;
            counts: {
              providers: Partial<Record<"retell" | "standard" | "stripe" | "telnyx" | "twilio", number>>;
              states: Partial<Record<"dead" | "failed" | "processed" | "quarantined" | "received", number>>;
              customers: number;
              oldest: string | null;
              newest: string | null;
            };
            planned: number;
            changed: number;
            refused: number;
            progress: {
              done: number;
              skipped: number;
              failed: number;
            };
            stopAbovePercent: number;
            by: string;
            createdAt: string;
            startedAt: string | null;
            finishedAt: string | null;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
      plan: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          filter: {
            ids?: string[] | undefined;
            state?: "dead" | "failed" | "processed" | "received" | undefined;
            provider?: "retell" | "standard" | "stripe" | "telnyx" | "twilio" | undefined;
            cause?: string | undefined;
            phone?: string | undefined;
            customerId?: string | undefined;
            q?: string | undefined;
            json?: {
              path: string[];
              is: string;
            } | undefined;
            from?: string | undefined;
            to?: string | undefined;
          };
        };
        output: {
          id: string;
          hash: string;
          state: "cancelled" | "done" | "planned" | "planning" | "running" | "stopped";
          filter: {
            ids: number | null;
            state: string | null;
            provider: string | null;
            customerId: string | null;
            from: string | null;
            to: string | null;
            hidden: string[];
          };
          count: number;
          counts: {
            providers: Partial<Record<"retell" | "standard" | "stripe" | "telnyx" | "twilio", number>>;
            states: Partial<Record<"dead" | "failed" | "processed" | "quarantined" | "received", number>>;
            customers: number;
            oldest: string | null;
            newest: string | null;
          };
          planned: number;
          changed: number;
          refused: number;
          progress: {
            done: number;
            skipped: number;
            failed: number;
          };
          stopAbovePercent: number;
          by: string;
          createdAt: string;
          startedAt: string | null;
          finishedAt: string | null;
          effects: {
            changed: number;
            refused: number;
            seconds: number;
            segments: number;
            cents: number;
            customers: number;
            closedPeriods: number;
            bookedSeconds: number;
            bookedSegments: number;
            money: {
              customer: {
                id: string;
                businessName: string;
              };
              unit: "seconds" | "segments";
              periodStart: string;
              periodEnd: string;
              isClosed: boolean;
              quantity: number;
              cents: number;
              booked: number;
            }[];
            examples: string[];
          };
        };
        meta: ApiMeta;
      }>;
      run: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          id: string;
          hash: string;
          stopAbovePercent?: number | undefined;
          reason?: string | undefined;
        };
        output: {
          id: string;
          hash: string;
          state: "cancelled" | "done" | "planned" | "planning" | "running" | "stopped";
          filter: {
            ids: number | null;
            state: string | null;
            provider: string | null;
            customerId: string | null;
            from: string | null;
            to: string | null;
            hidden: string[];
          };
          count: number;
          counts: {
            providers: Partial<Record<"retell" | "standard" | "stripe" | "telnyx" | "twilio", number>>;
            states: Partial<Record<"dead" | "failed" | "processed" | "quarantined" | "received", number>>;
            customers: number;
            oldest: string | null;
            newest: string | null;
          };
          planned: number;
          changed: number;
          refused: number;
          progress: {
            done: number;
            skipped: number;
            failed: number;
          };
          stopAbovePercent: number;
          by: string;
          createdAt: string;
          startedAt: string | null;
          finishedAt: string | null;
          effects: {
            changed: number;
            refused: number;
            seconds: number;
            segments: number;
            cents: number;
            customers: number;
            closedPeriods: number;
            bookedSeconds: number;
            bookedSegments: number;
            money: {
              customer: {
                id: string;
                businessName: string;
              };
              unit: "seconds" | "segments";
              periodStart: string;
              periodEnd: string;
              isClosed: boolean;
              quantity: number;
              cents: number;
              booked: number;
            }[];
            examples: string[];
          };
        };
        meta: ApiMeta;
      }>;
      find: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          id: string;
        };
        output: {
          id: string;
          hash: string;
          state: "cancelled" | "done" | "planned" | "planning" | "running" | "stopped";
          filter: {
            ids: number | null;
            state: string | null;
            provider: string | null;
            customerId: string | null;
            from: string | null;
            to: string | null;
            hidden: string[];
          };
          count: number;
          counts: {
            providers: Partial<Record<"retell" | "standard" | "stripe" | "telnyx" | "twilio", number>>;
            states: Partial<Record<"dead" | "failed" | "processed" | "quarantined" | "received", number>>;
            customers: number;
            oldest: string | null;
            newest: string | null;
          };
          planned: number;
          changed: number;
          refused: number;
          progress: {
            done: number;
            skipped: number;
            failed: number;
          };
          stopAbovePercent: number;
          by: string;
          createdAt: string;
          startedAt: string | null;
          finishedAt: string | null;
          effects: {
            changed: number;
            refused: number;
            seconds: number;
            segments: number;
            cents: number;
            customers: number;
            closedPeriods: number;
            bookedSeconds: number;
            bookedSegments: number;
            money: {
              customer: {
                id: string;
                businessName: string;
              };
              unit: "seconds" | "segments";
              periodStart: string;
              periodEnd: string;
              isClosed: boolean;
              quantity: number;
              cents: number;
              booked: number;
            }[];
            examples: string[];
          };
        };
        meta: ApiMeta;
      }>;
      items: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          cursor?: string | undefined;
          limit?: number | undefined;
          id: string;
          view: "changed" | "failed" | "refused" | "skipped";
        };
        output: {
          items: {
            id: string;
            webhookId: string;
            outcome: "failed" | "replayed" | "skipped" | null;
            changes: string[];
            problem: string | null;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
      cancel: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          id: string;
        };
        output: {
          id: string;
          hash: string;
          state: "cancelled" | "done" | "planned" | "planning" | "running" | "stopped";
          filter: {
            ids: number | null;
            state: string | null;
            provider: string | null;
            customerId: string | null;
            from: string | null;
            to: string | null;
            hidden: string[];
          };
          count: number;
          counts: {
            providers: Partial<Record<"retell" | "standard" | "stripe" | "telnyx" | "twilio", number>>;
            states: Partial<Record<"dead" | "failed" | "processed" | "quarantined" | "received", number>>;
            customers: number;
            oldest: string | null;
            newest: string | null;
          };
          planned: number;
          changed: number;
          refused: number;
          progress: {
            done: number;
            skipped: number;
            failed: number;
          };
          stopAbovePercent: number;
          by: string;
          createdAt: string;
          startedAt: string | null;
          finishedAt: string | null;
          effects: {
            changed: number;
            refused: number;
            seconds: number;
            segments: number;
            cents: number;
            customers: number;
            closedPeriods: number;
            bookedSeconds: number;
            bookedSegments: number;
            money: {
              customer: {
                id: string;
                businessName: string;
              };
              unit: "seconds" | "segments";
              periodStart: string;
              periodEnd: string;
              isClosed: boolean;
              quantity: number;
              cents: number;
              booked: number;
            }[];
            examples: string[];
          };
        };
        meta: ApiMeta;
      }>;
    };
    quarantine: {
      counts: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: Record<string, never> | undefined;
        output: {
          items: {
            provider: "retell" | "standard" | "stripe" | "telnyx" | "twilio";
            cause: "malformed_header" | "secret_missing" | "signature_invalid" | "signature_missing" | "timestamp_stale" | "too_large";
            rows: number;
            oldest: string;
            newest: string;
          }[];
        };
        meta: ApiMeta;
      }>;
      preview: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          provider?: "retell" | "standard" | "stripe" | "telnyx" | "twilio" | undefined;
          cause?: "malformed_header" | "secret_missing" | "signature_invalid" | "signature_missing" | "timestamp_stale" | "too_large" | undefined;
        };
        output: {
          refused: number;
          provable: number;
          outdated: number;
          items: {
            provider: "retell" | "standard" | "stripe" | "telnyx" | "twilio";
            cause: "malformed_header" | "secret_missing" | "signature_invalid" | "signature_missing" | "timestamp_stale" | "too_large";
            kept: number;
            refused: number;
            provable: number;
            outdated: number;
          }[];
        };
        meta: ApiMeta;
      }>;
      reverify: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          provider?: "retell" | "standard" | "stripe" | "telnyx" | "twilio" | undefined;
          cause?: "malformed_header" | "secret_missing" | "signature_invalid" | "signature_missing" | "timestamp_stale" | "too_large" | undefined;
          outdated?: boolean | undefined;
        };
        output: {
          released: number;
          duplicates: number;
          refused: number;
        };
        meta: ApiMeta;
      }>;
    };
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        state?: "dead" | "failed" | "processed" | "quarantined" | "received" | undefined;
        provider?: "retell" | "standard" | "stripe" | "telnyx" | "twilio" | undefined;
        cause?: string | undefined;
        phone?: string | undefined;
        q?: string | undefined;
        from?: string | undefined;
        to?: string | undefined;
      };
      output: {
        items: {
          id: string;
          provider: "retell" | "standard" | "stripe" | "telnyx" | "twilio";
          door: string;
          eventType: string | null;
          phoneNumber: string | null;
          state: "dead" | "failed" | "processed" | "quarantined" | "received";
          verdict: "malformed_header" | "secret_missing" | "signature_invalid" | "signature_missing" | "timestamp_stale" | "too_large" | "verified";
          receivedAt: string;
          processedAt: string | null;
          attempts: number;
          lastError: string | null;
          bodyBytes: number;
          duplicates: number;
          customer: {
            id: string;
            businessName: string;
          } | null;
        }[];
        nextCursor: string | null;
        searched: {
          by: "index" | "rows";
          backTo: string | null;
        } | null;
      };
      meta: ApiMeta;
    }>;
    tail: import("@trpc/server/unstable-core-do-not-import").SubscriptionProcedure<{
      input: {
        after?: string | undefined;
        provider?: "retell" | "standard" | "stripe" | "telnyx" | "twilio" | undefined;
        phone?: string | undefined;
        eventType?: string | undefined;
        refused?: boolean | undefined;
        bytes?: boolean | undefined;
        lastEventId?: string | null | undefined;
      };
      output: AsyncIterable<import("@trpc/server/unstable-core-do-not-import").TrackedData<{
        cursor: string;
        webhook: {
          id: string;
          provider: "retell" | "standard" | "stripe" | "telnyx" | "twilio";
          door: string;
          eventType: string | null;
          phoneNumber: string | null;
          state: "dead" | "failed" | "processed" | "quarantined" | "received";
          verdict: "malformed_header" | "secret_missing" | "signature_invalid" | "signature_missing" | "timestamp_stale" | "too_large" | "verified";
          receivedAt: string;
          processedAt: string | null;
          attempts: number;
          lastError: string | null;
          bodyBytes: number;
          duplicates: number;
          customer: {
            id: string;
            businessName: string;
          } | null;
          bytes: {
            url: string;
            headers: [string, string][];
            body: string;
            bodyEncoding: "base64" | "utf8";
          } | null;
        } | null;
      }>, void, any>;
      meta: ApiMeta;
    }>;
    counts: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: Record<string, never> | undefined;
      output: {
        received: number;
        failed: number;
        dead: number;
        quarantined: number;
      };
      meta: ApiMeta;
    }>;
    find: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        id: string;
      };
      output: {
        id: string;
        provider: "retell" | "standard" | "stripe" | "telnyx" | "twilio";
        door: string;
        eventType: string | null;
        phoneNumber: string | null;
        state: "dead" | "failed" | "processed" | "quarantined" | "received";
        verdict: "malformed_header" | "secret_missing" | "signature_invalid" | "signature_missing" | "timestamp_stale" | "too_large" | "verified";
        receivedAt: string;
        processedAt: string | null;
        attempts: number;
        lastError: string | null;
        bodyBytes: number;
        duplicates: number;
        customer: {
          id: string;
          businessName: string;
        } | null;
        url: string;
        remoteAddress: string;
        headers: [string, string][];
        body: string;
        bodyEncoding: "base64" | "utf8";
        bodySha256: string;
        revisionOf: string | null;
        revisions: {
          id: string;
          receivedAt: string;
        }[];
        lastDuplicateAt: string | null;
        secret: string | null;
        nextAttemptAt: string | null;
        attemptLog: {
          at: string;
          outcome: "dead" | "failed" | "processed" | "replayed";
          error: string | null;
          by: string;
          reading: number | null;
          changes: string[];
        }[];
        lineage: {
          calls: {
            id: string;
            customer: {
              id: string;
              businessName: string;
            } | null;
            direction: "inbound" | "outbound" | null;
            fromNumber: string | null;
            toNumber: string | null;
            status: "busy" | "canceled" | "completed" | "failed" | "in-progress" | "initiated" | "no-answer" | "queued" | "ringing";
            startedAt: string | null;
            endedAt: string | null;
            occurredAt: string;
            seconds: number | null;
            secondsSource: "retell" | "telnyx" | "twilio" | null;
            costMicros: number | null;
            disconnectReason: string | null;
            sentiment: string | null;
            summary: string | null;
            retellCallId: string | null;
            twilioCallSid: string | null;
            updatedAt: string;
          }[];
          messages: {
            id: string;
            customer: {
              id: string;
              businessName: string;
            } | null;
            direction: "inbound" | "outbound";
            fromNumber: string | null;
            toNumber: string | null;
            status: "accepted" | "canceled" | "delivered" | "failed" | "partially_delivered" | "queued" | "read" | "received" | "receiving" | "scheduled" | "sending" | "sent" | "undelivered";
            segments: number | null;
            body: string | null;
            errorCode: string | null;
            messageSid: string | null;
            occurredAt: string;
            updatedAt: string;
          }[];
          usage: {
            id: string;
            meter: "call_seconds" | "sms_segments";
            kind: "adjustment" | "revision" | "usage" | "void";
            quantity: number;
            occurredAt: string;
            recordedAt: string;
          }[];
          lines: {
            id: string;
            customerId: string;
            kind: "fee" | "proration" | "refund" | "topup" | "usage";
            meter: "call_seconds" | "sms_segments" | null;
            amountCents: number;
            periodStart: string;
            state: "closed" | "open";
          }[];
          alerts: {
            id: string;
            type: string;
            severity: "critical" | "high" | "info" | "low" | "medium";
            title: string;
            message: string;
            customer: {
              id: string;
              businessName: string;
            } | null;
            createdAt: string;
            acknowledgedAt: string | null;
            acknowledgedBy: string | null;
            delivery: "delivered" | "failed" | "logged" | "pending" | "sent" | "superseded";
          }[];
          unknownPhone: {
            id: string;
            phoneNumber: string;
          } | null;
        };
      };
      meta: ApiMeta;
    }>;
    replay: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
      };
      output: {
        state: "dead" | "failed" | "processed" | "quarantined" | "received";
        effects: {
          changed: boolean;
          text: string[];
        };
      };
      meta: ApiMeta;
    }>;
    previewBackBill: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        id: string;
        customerId: string;
      };
      output: {
        customer: {
          id: string;
          businessName: string;
        };
        waiting: number;
        tried: number;
        calls: number;
        messages: number;
        seconds: number;
        segments: number;
        cents: number;
        closedPeriods: number;
        money: {
          customer: {
            id: string;
            businessName: string;
          };
          unit: "seconds" | "segments";
          periodStart: string;
          periodEnd: string;
          isClosed: boolean;
          quantity: number;
          cents: number;
        }[];
        standings: {
          unit: "seconds" | "segments";
          before: number;
          after: number;
          base: number;
          levels: (80 | 100 | 101)[];
        }[];
        refused: number;
        problems: {
          problem: string;
          webhooks: number;
          webhookId: string;
        }[];
      };
      meta: ApiMeta;
    }>;
  };
  calls: {
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        customerId?: string | undefined;
        phone?: string | undefined;
        from?: string | undefined;
        to?: string | undefined;
        status?: "busy" | "canceled" | "completed" | "failed" | "in-progress" | "initiated" | "no-answer" | "queued" | "ringing" | undefined;
        provider?: "retell" | "telnyx" | "twilio" | undefined;
      };
      output: {
        items: {
          id: string;
          customer: {
            id: string;
            businessName: string;
          } | null;
          direction: "inbound" | "outbound" | null;
          fromNumber: string | null;
          toNumber: string | null;
          status: "busy" | "canceled" | "completed" | "failed" | "in-progress" | "initiated" | "no-answer" | "queued" | "ringing";
          startedAt: string | null;
          endedAt: string | null;
          occurredAt: string;
          seconds: number | null;
          secondsSource: "retell" | "telnyx" | "twilio" | null;
          costMicros: number | null;
          disconnectReason: string | null;
          sentiment: string | null;
          summary: string | null;
          retellCallId: string | null;
          twilioCallSid: string | null;
          updatedAt: string;
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    reveal: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
      };
      output: {
        fromNumber: string | null;
        toNumber: string | null;
        transcript: string | null;
        summary: string | null;
        recordingUrl: string | null;
      };
      meta: ApiMeta;
    }>;
  };
  answering: {
    get: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: Record<string, never>;
      output: {
        isInMaintenance: boolean;
        reason: string | null;
        until: string | null;
        updatedAt: string | null;
        updatedBy: string | null;
      };
      meta: ApiMeta;
    }>;
    set: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        isInMaintenance: boolean;
        reason: string;
        until?: string | undefined;
      };
      output: {
        isInMaintenance: boolean;
        reason: string | null;
        until: string | null;
        updatedAt: string | null;
        updatedBy: string | null;
      };
      meta: ApiMeta;
    }>;
  };
  messages: {
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        customerId?: string | undefined;
        phone?: string | undefined;
        from?: string | undefined;
        to?: string | undefined;
        status?: "accepted" | "canceled" | "delivered" | "failed" | "partially_delivered" | "queued" | "read" | "received" | "receiving" | "scheduled" | "sending" | "sent" | "undelivered" | undefined;
        provider?: "telnyx" | "twilio" | undefined;
      };
      output: {
        items: {
          id: string;
          customer: {
            id: string;
            businessName: string;
          } | null;
          direction: "inbound" | "outbound";
          fromNumber: string | null;
          toNumber: string | null;
          status: "accepted" | "canceled" | "delivered" | "failed" | "partially_delivered" | "queued" | "read" | "received" | "receiving" | "scheduled" | "sending" | "sent" | "undelivered";
          segments: number | null;
          body: string | null;
          errorCode: string | null;
          messageSid: string | null;
          occurredAt: string;
          updatedAt: string;
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    reveal: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
      };
      output: {
        fromNumber: string | null;
        toNumber: string | null;
        body: string | null;
      };
      meta: ApiMeta;
    }>;
  };
  usage: {
    status: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        customerId?: string | undefined;
      };
      output: {
        customerId: string;
        tier: "core" | "elite" | "pro" | "scale";
        periodStart: string;
        periodEnd: string;
        calls: {
          usedSeconds: number;
          capSeconds: number;
          creditSeconds: number;
          rolloverSeconds: number;
          reservedSeconds: number;
          graceSeconds: number;
          remainingSeconds: number;
          state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
        };
        sms: {
          usedSegments: number;
          capSegments: number;
          creditSegments: number;
          reservedSegments: number;
          graceSegments: number;
          remainingSegments: number;
          state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
        };
        tierVersion: number;
        limitRevision: number;
        pauses: {
          cause: "compliance" | "force" | "payment" | "provider";
          reason: string | null;
          since: string;
          expiresAt: string | null;
        }[];
        waitingTierChange: {
          id: string;
          tier: "core" | "elite" | "pro" | "scale";
          dueAt: string;
        } | null;
      };
      meta: ApiMeta;
    }>;
    standings: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        q?: string | undefined;
        tier?: "core" | "elite" | "pro" | "scale" | undefined;
      };
      output: {
        items: {
          id: string;
          businessName: string;
          tier: "core" | "elite" | "pro" | "scale";
          calls: {
            used: number;
            cap: number;
            credit: number;
            reserved: number;
            remaining: number;
            percent: number;
            state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
          };
          sms: {
            used: number;
            cap: number;
            credit: number;
            reserved: number;
            remaining: number;
            percent: number;
            state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
          };
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    series: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        customerId?: string | undefined;
        meter: "call_seconds" | "sms_segments";
        grain: "day" | "hour" | "month";
        by?: "customer" | "direction" | "none" | "provider" | undefined;
        from: string;
        to: string;
        timezone?: string | undefined;
      };
      output: {
        from: string;
        to: string;
        points: {
          at: string;
          group: string | null;
          name: string | null;
          quantity: number;
          entries: number;
        }[];
      };
      meta: ApiMeta;
    }>;
    ledger: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        customerId?: string | undefined;
        meter?: "call_seconds" | "sms_segments" | undefined;
        kind?: "adjustment" | "revision" | "usage" | "void" | undefined;
        from?: string | undefined;
        to?: string | undefined;
      };
      output: {
        items: {
          id: string;
          meter: "call_seconds" | "sms_segments";
          kind: "adjustment" | "revision" | "usage" | "void";
          quantity: number;
          occurredAt: string;
          recordedAt: string;
          periodStart: string;
          callId: string | null;
          messageId: string | null;
          webhookId: string | null;
          correctsId: string | null;
          reason: string | null;
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    projection: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        customerId?: string | undefined;
      };
      output: {
        method: string;
        periodEnd: string;
        calls: {
          perDay: number;
          days: number;
          projectedAtPeriodEnd: number;
          base: number;
          limitAt: string | null;
          stopAt: string | null;
        };
        sms: {
          perDay: number;
          days: number;
          projectedAtPeriodEnd: number;
          base: number;
          limitAt: string | null;
          stopAt: string | null;
        };
      };
      meta: ApiMeta;
    }>;
    check: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        customerId: string;
        kind: "call" | "sms";
        quantity: number;
        direction?: "inbound" | "outbound" | undefined;
        providerId?: string | undefined;
        to?: string | undefined;
        purpose?: "marketing" | "service" | undefined;
      };
      output: {
        allowed: boolean;
        reason: "closed" | "hard_stop" | "insufficient_allowance" | "no_consent" | "paused" | "revoked" | "unknown_line" | "unverified" | "within_limit";
        holdId: string | null;
        expiresAt: string | null;
        flagged: boolean;
        evidence: {
          at: string;
          tier: string;
          tierVersion: number;
          periodEnd: string;
          limitRevision: number;
          used: number;
          reserved: number;
          base: number;
          hardLimit: number;
          openHolds: number;
          pausedFor: string[];
        } | null;
      };
      meta: ApiMeta;
    }>;
    settle: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        quantity?: number | undefined;
        providerId?: string | undefined;
      };
      output: {
        settled: boolean;
        overrun: number;
      };
      meta: ApiMeta;
    }>;
    holds: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          cursor?: string | undefined;
          limit?: number | undefined;
          customerId?: string | undefined;
          state?: "expired" | "open" | "reported" | "settled" | undefined;
        };
        output: {
          items: {
            id: string;
            meter: "call_seconds" | "sms_segments";
            quantity: number;
            state: "expired" | "open" | "reported" | "settled";
            createdAt: string;
            expiresAt: string;
            endedAt: string | null;
            settledQuantity: number | null;
            overrun: number;
            providerId: string | null;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
    };
    credits: {
      grant: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          customerId: string;
          meter: "call_seconds" | "sms_segments";
          quantity: number;
          reason: string;
          priority?: number | undefined;
          expiresAt?: string | undefined;
          requestKey?: string | undefined;
        };
        output: {
          id: string;
          granted: boolean;
        };
        meta: ApiMeta;
      }>;
      revoke: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          id: string;
          reason: string;
        };
        output: {
          lost: number;
        };
        meta: ApiMeta;
      }>;
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          cursor?: string | undefined;
          limit?: number | undefined;
          customerId?: string | undefined;
          isLiving?: boolean | undefined;
        };
        output: {
          items: {
            id: string;
            meter: "call_seconds" | "sms_segments";
            source: "goodwill" | "proration" | "rollover" | "topup";
            quantity: number;
            remaining: number;
            takenBack: number;
            priority: number;
            grantedAt: string;
            expiresAt: string | null;
            endedAt: string | null;
            endedBy: "expired" | "refunded" | "revoked" | "spent" | null;
            reason: string | null;
            grantedBy: string | null;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
    };
    tiers: {
      preview: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          tier: "core" | "elite" | "pro" | "scale";
          terms: {
            monthlyPriceCents: number;
            callCapSeconds: number;
            smsCapSegments: number;
            callGraceSeconds: number;
            smsGraceSegments: number;
            callRolloverSeconds: number;
            smsRolloverSegments: number;
          };
        };
        output: {
          tier: string;
          version: number;
          customers: number;
          priceChangeCents: number;
          crosses: {
            warning: number;
            limit: number;
            stop: number;
          };
          recovers: {
            warning: number;
            limit: number;
            stop: number;
          };
          affected: {
            customerId: string;
            businessName: string;
            usedSeconds: number;
            usedSegments: number;
            crosses: string[];
            recovers: string[];
          }[];
        };
        meta: ApiMeta;
      }>;
      publish: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          tier: "core" | "elite" | "pro" | "scale";
          terms: {
            monthlyPriceCents: number;
            callCapSeconds: number;
            smsCapSegments: number;
            callGraceSeconds: number;
            smsGraceSegments: number;
            callRolloverSeconds: number;
            smsRolloverSegments: number;
          };
          followsVersion: number;
          appliesTo: "next_period" | "now";
        };
        output: {
          monthlyPriceCents: number;
          callCapSeconds: number;
          smsCapSegments: number;
          callGraceSeconds: number;
          smsGraceSegments: number;
          callRolloverSeconds: number;
          smsRolloverSegments: number;
          tier: "core" | "elite" | "pro" | "scale";
          version: number;
          rank: number;
          effectiveFrom: string;
          publishedBy: string | null;
        };
        meta: ApiMeta;
      }>;
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: void;
        output: {
          items: {
            monthlyPriceCents: number;
            callCapSeconds: number;
            smsCapSegments: number;
            callGraceSeconds: number;
            smsGraceSegments: number;
            callRolloverSeconds: number;
            smsRolloverSegments: number;
            tier: "core" | "elite" | "pro" | "scale";
            version: number;
            rank: number;
            effectiveFrom: string;
            publishedBy: string | null;
            earlier: {
              monthlyPriceCents: number;
              callCapSeconds: number;
              smsCapSegments: number;
              callGraceSeconds: number;
              smsGraceSegments: number;
              callRolloverSeconds: number;
              smsRolloverSegments: number;
              tier: "core" | "elite" | "pro" | "scale";
              version: number;
              rank: number;
              effectiveFrom: string;
              publishedBy: string | null;
            }[];
          }[];
        };
        meta: ApiMeta;
      }>;
    };
    topups: {
      set: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          key: string;
          meter: "call_seconds" | "sms_segments";
          quantity: number;
          priceCents: number;
          lastsDays: number | null;
          isOnSale: boolean;
          reason: string;
        };
        output: {
          key: string;
          meter: "call_seconds" | "sms_segments";
          quantity: number;
          priceCents: number;
          lastsDays: number | null;
          isOnSale: boolean;
        };
        meta: ApiMeta;
      }>;
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: void;
        output: {
          items: {
            key: string;
            meter: "call_seconds" | "sms_segments";
            quantity: number;
            priceCents: number;
            lastsDays: number | null;
            isOnSale: boolean;
          }[];
        };
        meta: ApiMeta;
      }>;
    };
    tierChanges: {
      preview: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          customerId: string;
          tier: "core" | "elite" | "pro" | "scale";
          when: "now" | "period_end";
        };
        output: {
          from: {
            monthlyPriceCents: number;
            callCapSeconds: number;
            smsCapSegments: number;
            callGraceSeconds: number;
            smsGraceSegments: number;
            callRolloverSeconds: number;
            smsRolloverSegments: number;
            tier: "core" | "elite" | "pro" | "scale";
            version: number;
            rank: number;
            effectiveFrom: string;
            publishedBy: string | null;
          };
          to: {
            monthlyPriceCents: number;
            callCapSeconds: number;
            smsCapSegments: number;
            callGraceSeconds: number;
            smsGraceSegments: number;
            callRolloverSeconds: number;
            smsRolloverSegments: number;
            tier: "core" | "elite" | "pro" | "scale";
            version: number;
            rank: number;
            effectiveFrom: string;
            publishedBy: string | null;
          };
          isUpgrade: boolean;
          dueAt: string;
          creditCents: number;
          chargeCents: number;
          netCents: number;
          crosses: {
            meter: string;
            level: number;
          }[];
          recovers: {
            meter: string;
            level: number;
          }[];
        };
        meta: ApiMeta;
      }>;
      create: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          customerId: string;
          tier: "core" | "elite" | "pro" | "scale";
          when: "now" | "period_end";
          reason: string;
          requestKey?: string | undefined;
        };
        output: {
          id: string | null;
          state: "applied" | "cancelled" | "pending" | "superseded" | "unchanged";
          dueAt: string;
          creditCents: number;
          chargeCents: number;
        };
        meta: ApiMeta;
      }>;
      cancel: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          customerId: string;
          reason: string;
        };
        output: {
          cancelled: true;
        };
        meta: ApiMeta;
      }>;
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          cursor?: string | undefined;
          limit?: number | undefined;
          customerId?: string | undefined;
        };
        output: {
          items: {
            id: string;
            from: "core" | "elite" | "pro" | "scale";
            to: "core" | "elite" | "pro" | "scale";
            when: "now" | "period_end";
            state: "applied" | "cancelled" | "pending" | "superseded";
            dueAt: string;
            creditCents: number;
            chargeCents: number;
            reason: string | null;
            requestedBy: string | null;
            createdAt: string;
            endedAt: string | null;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
    };
    pause: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        customerId: string;
        cause?: "compliance" | "force" | "payment" | "provider" | undefined;
        reason: string;
        expiresAt?: string | undefined;
      };
      output: {
        changed: boolean;
      };
      meta: ApiMeta;
    }>;
    resume: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        customerId: string;
        cause?: "compliance" | "force" | "payment" | "provider" | undefined;
        reason: string;
      };
      output: {
        changed: boolean;
        isPaused: boolean;
      };
      meta: ApiMeta;
    }>;
    adjust: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        customerId: string;
        meter: "call_seconds" | "sms_segments";
        quantity: number;
        reason: string;
        correctsId?: string | undefined;
        requestKey?: string | undefined;
      };
      output: {
        id: string;
        adjusted: boolean;
      };
      meta: ApiMeta;
    }>;
    waive: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        reason: string;
      };
      output: {
        voided: number;
      };
      meta: ApiMeta;
    }>;
  };
  compliance: {
    check: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        customerId: string;
        channel: "sms" | "voice";
        to: string;
        purpose?: "marketing" | "service" | undefined;
      };
      output: {
        allowed: boolean;
        reason: "allowed" | "no_consent" | "revoked";
      };
      meta: ApiMeta;
    }>;
  };
  billing: {
    overview: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        customerId?: string | undefined;
      };
      output: {
        customerId: string;
        businessName: string;
        state: "active" | "canceled" | "none" | "past_due" | "suspended";
        tier: "core" | "elite" | "pro" | "scale" | null;
        stripeCustomerId: string | null;
        stripeSubscriptionId: string | null;
        subscriptionStatus: "active" | "canceled" | "incomplete" | "incomplete_expired" | "past_due" | "paused" | "trialing" | "unpaid" | null;
        subscriptionPeriodEnd: string | null;
        cancelAt: string | null;
        pastDueSince: string | null;
        suspendedAt: string | null;
        canPay: boolean;
        owedCents: number;
        paidCents: number;
        upcoming: {
          amountCents: number;
          at: string | null;
        } | null;
        deadlines: {
          kind: "remind" | "suspend";
          day: number;
          dueAt: string;
          state: "cancelled" | "done" | "superseded" | "waiting";
          reason: string | null;
          endedAt: string | null;
        }[];
        payments: {
          id: string;
          checkoutSessionId: string;
          topup: string | null;
          meter: "call_seconds" | "sms_segments" | null;
          quantity: number | null;
          amountCents: number;
          refundedCents: number;
          disputedCents: number;
          state: "disputed" | "expired" | "open" | "paid" | "refunded";
          paidAt: string | null;
          creditedAt: string | null;
        }[];
        requests: {
          id: string;
          kind: "change" | "portal" | "subscribe" | "topup";
          topup: string | null;
          tier: "core" | "elite" | "pro" | "scale" | null;
          state: "failed" | "pending" | "ready";
          url: string | null;
          error: string | null;
          createdAt: string;
        }[];
        topups: {
          key: string;
          meter: "call_seconds" | "sms_segments";
          quantity: number;
          priceCents: number;
          lastsDays: number | null;
        }[];
        tiers: {
          tier: "core" | "elite" | "pro" | "scale";
          monthlyPriceCents: number;
          callCapSeconds: number;
          smsCapSegments: number;
        }[];
      };
      meta: ApiMeta;
    }>;
    accounts: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          cursor?: string | undefined;
          limit?: number | undefined;
          q?: string | undefined;
          state?: "active" | "canceled" | "none" | "past_due" | "suspended" | undefined;
        };
        output: {
          items: {
            id: string;
            businessName: string;
            tier: "core" | "elite" | "pro" | "scale";
            state: "active" | "canceled" | "none" | "past_due" | "suspended";
            owedCents: number;
            pastDueSince: string | null;
            suspendedAt: string | null;
            cancelAt: string | null;
            upcoming: {
              amountCents: number;
              at: string | null;
            } | null;
            period: {
              amountCents: number;
              providerCostMicros: number | null;
              marginCents: number | null;
              unpriced: number;
            };
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
    };
    lines: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          cursor?: string | undefined;
          limit?: number | undefined;
          customerId?: string | undefined;
          periodStart?: string | undefined;
          kind?: "fee" | "proration" | "refund" | "topup" | "usage" | undefined;
        };
        output: {
          items: {
            id: string;
            customerId: string;
            periodStart: string;
            periodEnd: string;
            kind: "fee" | "proration" | "refund" | "topup" | "usage";
            meter: "call_seconds" | "sms_segments" | null;
            tier: "core" | "elite" | "pro" | "scale";
            quantity: number;
            unitPriceMicros: number;
            amountCents: number;
            providerCostMicros: number | null;
            marginCents: number | null;
            unpriced: number | null;
            state: "closed" | "open";
            correctsLineId: string | null;
            createdAt: string;
            closedAt: string | null;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
      explain: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          id: string;
        };
        output: {
          line: {
            id: string;
            customerId: string;
            periodStart: string;
            periodEnd: string;
            kind: "fee" | "proration" | "refund" | "topup" | "usage";
            meter: "call_seconds" | "sms_segments" | null;
            tier: "core" | "elite" | "pro" | "scale";
            quantity: number;
            unitPriceMicros: number;
            amountCents: number;
            providerCostMicros: number | null;
            marginCents: number | null;
            unpriced: number | null;
            state: "closed" | "open";
            correctsLineId: string | null;
            createdAt: string;
            closedAt: string | null;
          };
          correctedBy: string[];
          entryCount: number;
          entries: {
            id: string;
            kind: string;
            quantity: number;
            amountCents: number;
            occurredAt: string;
            eventId: string;
            providerCostMicros: number | null;
            webhookId: string | null;
            reason: string | null;
          }[];
          payment: {
            id: string;
            checkoutSessionId: string;
            topup: string | null;
            meter: "call_seconds" | "sms_segments" | null;
            quantity: number | null;
            amountCents: number;
            refundedCents: number;
            disputedCents: number;
            state: "disputed" | "expired" | "open" | "paid" | "refunded";
            paidAt: string | null;
            creditedAt: string | null;
          } | null;
          statements: {
            eventId: string;
            type: string;
            at: string;
            webhookId: string | null;
          }[];
        };
        meta: ApiMeta;
      }>;
    };
    lineOfEntry: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        entryId: string;
      };
      output: {
        line: {
          id: string;
          customerId: string;
          periodStart: string;
          periodEnd: string;
          kind: "fee" | "proration" | "refund" | "topup" | "usage";
          meter: "call_seconds" | "sms_segments" | null;
          tier: "core" | "elite" | "pro" | "scale";
          quantity: number;
          unitPriceMicros: number;
          amountCents: number;
          providerCostMicros: number | null;
          marginCents: number | null;
          unpriced: number | null;
          state: "closed" | "open";
          correctsLineId: string | null;
          createdAt: string;
          closedAt: string | null;
        } | null;
      };
      meta: ApiMeta;
    }>;
    invoices: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          cursor?: string | undefined;
          limit?: number | undefined;
          customerId?: string | undefined;
          status?: "draft" | "open" | "paid" | "uncollectible" | "void" | undefined;
        };
        output: {
          items: {
            id: string;
            customerId: string;
            stripeInvoiceId: string;
            status: "draft" | "open" | "paid" | "uncollectible" | "void";
            number: string | null;
            amountDueCents: number;
            amountPaidCents: number;
            currency: string;
            attempts: number;
            periodStart: string | null;
            periodEnd: string | null;
            issuedAt: string;
            failedAt: string | null;
            paidAt: string | null;
            nextAttemptAt: string | null;
            url: string | null;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
    };
    invoicePreview: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        customerId?: string | undefined;
        periodStart?: string | undefined;
      };
      output: {
        customerId: string;
        tier: "core" | "elite" | "pro" | "scale";
        periodStart: string;
        periodEnd: string;
        isOver: boolean;
        lines: {
          id: string;
          customerId: string;
          periodStart: string;
          periodEnd: string;
          kind: "fee" | "proration" | "refund" | "topup" | "usage";
          meter: "call_seconds" | "sms_segments" | null;
          tier: "core" | "elite" | "pro" | "scale";
          quantity: number;
          unitPriceMicros: number;
          amountCents: number;
          providerCostMicros: number | null;
          marginCents: number | null;
          unpriced: number | null;
          state: "closed" | "open";
          correctsLineId: string | null;
          createdAt: string;
          closedAt: string | null;
        }[];
        unrated: {
          callSeconds: number;
          smsSegments: number;
        };
        totals: {
          feeCents: number;
          prorationCents: number;
          usageCents: number;
          topupCents: number;
          refundCents: number;
          totalCents: number;
          prepaidCents: number;
          dueCents: number;
          providerCostMicros: number | null;
          marginCents: number | null;
          unpriced: number | null;
        };
      };
      meta: ApiMeta;
    }>;
    whatIf: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        customerId?: string | undefined;
        tier: "core" | "elite" | "pro" | "scale";
        period?: "current" | "last" | undefined;
      };
      output: {
        customerId: string;
        periodStart: string;
        periodEnd: string;
        present: {
          tier: "core" | "elite" | "pro" | "scale";
          feeCents: number;
          calls: {
            used: number;
            cap: number;
            beyond: number;
            overageCents: number;
            topupCents: number;
            topups: Record<string, number>;
            isCovered: boolean;
          };
          sms: {
            used: number;
            cap: number;
            beyond: number;
            overageCents: number;
            topupCents: number;
            topups: Record<string, number>;
            isCovered: boolean;
          };
          totalCents: number;
        };
        other: {
          tier: "core" | "elite" | "pro" | "scale";
          feeCents: number;
          calls: {
            used: number;
            cap: number;
            beyond: number;
            overageCents: number;
            topupCents: number;
            topups: Record<string, number>;
            isCovered: boolean;
          };
          sms: {
            used: number;
            cap: number;
            beyond: number;
            overageCents: number;
            topupCents: number;
            topups: Record<string, number>;
            isCovered: boolean;
          };
          totalCents: number;
        };
        differenceCents: number;
      };
      meta: ApiMeta;
    }>;
    checkout: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        customerId?: string | undefined;
        topup?: string | undefined;
        tier?: "core" | "elite" | "pro" | "scale" | undefined;
      };
      output: {
        id: string;
        state: "failed" | "pending" | "ready";
      };
      meta: ApiMeta;
    }>;
    portal: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        customerId?: string | undefined;
      };
      output: {
        id: string;
        state: "failed" | "pending" | "ready";
      };
      meta: ApiMeta;
    }>;
    request: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        id: string;
      };
      output: {
        id: string;
        kind: "change" | "portal" | "subscribe" | "topup";
        topup: string | null;
        tier: "core" | "elite" | "pro" | "scale" | null;
        state: "failed" | "pending" | "ready";
        url: string | null;
        error: string | null;
        createdAt: string;
      };
      meta: ApiMeta;
    }>;
  };
  reconciliation: {
    runs: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          cursor?: string | undefined;
          limit?: number | undefined;
          state?: "differences" | "failed" | "matched" | "running" | "stale" | undefined;
          status?: "completed" | "failed" | "running" | undefined;
          trigger?: "manual" | "scheduled" | undefined;
        };
        output: {
          items: {
            id: string;
            trigger: "manual" | "scheduled";
            triggeredBy: string;
            state: "differences" | "failed" | "matched" | "running" | "stale";
            phase: "comparing" | "done" | "ledger" | "listing" | "money";
            windowFrom: string;
            windowTo: string;
            startedAt: string;
            heartbeatAt: string;
            finishedAt: string | null;
            checked: number;
            differences: number;
            flagged: number;
            missingHere: number;
            levels: {
              level: 0 | 1 | 2;
              checked: number;
              differences: number;
              flagged: number;
              sums: {
                unit: "cents" | "micros" | "seconds" | "segments";
                ours: number;
                theirs: number;
                delta: number;
              }[];
            }[];
            sources: {
              provider: string;
              kind: "call" | "message";
              state: "read" | "reading" | "skipped" | "waiting";
              pages: number;
              listed: number;
              reason: string | null;
            }[];
            error: string | null;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
      get: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          id: string;
        };
        output: {
          id: string;
          trigger: "manual" | "scheduled";
          triggeredBy: string;
          state: "differences" | "failed" | "matched" | "running" | "stale";
          phase: "comparing" | "done" | "ledger" | "listing" | "money";
          windowFrom: string;
          windowTo: string;
          startedAt: string;
          heartbeatAt: string;
          finishedAt: string | null;
          checked: number;
          differences: number;
          flagged: number;
          missingHere: number;
          levels: {
            level: 0 | 1 | 2;
            checked: number;
            differences: number;
            flagged: number;
            sums: {
              unit: "cents" | "micros" | "seconds" | "segments";
              ours: number;
              theirs: number;
              delta: number;
            }[];
          }[];
          sources: {
            provider: string;
            kind: "call" | "message";
            state: "read" | "reading" | "skipped" | "waiting";
            pages: number;
            listed: number;
            reason: string | null;
          }[];
          error: string | null;
          classes: {
            class: "cost_differs" | "counter_differs" | "duplicate" | "late" | "lines_differ" | "missing_here" | "missing_there" | "price_differs" | "quantity_differs" | "rating_differs";
            unit: "cents" | "micros" | "seconds" | "segments";
            differences: number;
            flagged: number;
            delta: number;
          }[];
          healable: number;
          healed: number;
          alertId: string | null;
        };
        meta: ApiMeta;
      }>;
      trigger: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          from?: string | undefined;
          to?: string | undefined;
        };
        output: {
          id: string;
          trigger: "manual" | "scheduled";
          triggeredBy: string;
          state: "differences" | "failed" | "matched" | "running" | "stale";
          phase: "comparing" | "done" | "ledger" | "listing" | "money";
          windowFrom: string;
          windowTo: string;
          startedAt: string;
          heartbeatAt: string;
          finishedAt: string | null;
          checked: number;
          differences: number;
          flagged: number;
          missingHere: number;
          levels: {
            level: 0 | 1 | 2;
            checked: number;
            differences: number;
            flagged: number;
            sums: {
              unit: "cents" | "micros" | "seconds" | "segments";
              ours: number;
              theirs: number;
              delta: number;
            }[];
          }[];
          sources: {
            provider: string;
            kind: "call" | "message";
            state: "read" | "reading" | "skipped" | "waiting";
            pages: number;
            listed: number;
            reason: string | null;
          }[];
          error: string | null;
          started: boolean;
        };
        meta: ApiMeta;
      }>;
    };
    differences: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          cursor?: string | undefined;
          limit?: number | undefined;
          runId: string;
          class?: "cost_differs" | "counter_differs" | "duplicate" | "late" | "lines_differ" | "missing_here" | "missing_there" | "price_differs" | "quantity_differs" | "rating_differs" | undefined;
          provider?: string | undefined;
          customerId?: string | undefined;
          flagged?: boolean | undefined;
        };
        output: {
          items: {
            id: string;
            runId: string;
            level: 0 | 1 | 2;
            class: "cost_differs" | "counter_differs" | "duplicate" | "late" | "lines_differ" | "missing_here" | "missing_there" | "price_differs" | "quantity_differs" | "rating_differs";
            customer: {
              id: string;
              businessName: string;
            } | null;
            provider: string | null;
            kind: "call" | "message" | null;
            providerId: string | null;
            unit: "cents" | "micros" | "seconds" | "segments";
            ours: number;
            theirs: number;
            delta: number;
            flagged: boolean;
            periodStart: string | null;
            occurredAt: string | null;
            eventId: string | null;
            healing: "admitted" | "failed" | "open" | "processed" | "queued" | null;
            healedAt: string | null;
            webhookId: string | null;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
      get: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          id: string;
        };
        output: {
          id: string;
          runId: string;
          level: 0 | 1 | 2;
          class: "cost_differs" | "counter_differs" | "duplicate" | "late" | "lines_differ" | "missing_here" | "missing_there" | "price_differs" | "quantity_differs" | "rating_differs";
          customer: {
            id: string;
            businessName: string;
          } | null;
          provider: string | null;
          kind: "call" | "message" | null;
          providerId: string | null;
          unit: "cents" | "micros" | "seconds" | "segments";
          ours: number;
          theirs: number;
          delta: number;
          flagged: boolean;
          periodStart: string | null;
          occurredAt: string | null;
          eventId: string | null;
          healing: "admitted" | "failed" | "open" | "processed" | "queued" | null;
          healedAt: string | null;
          webhookId: string | null;
        };
        meta: ApiMeta;
      }>;
    };
    heal: {
      preview: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          id: string;
          differenceId?: string | undefined;
        };
        output: {
          runId: string;
          hash: string;
          count: number;
          seconds: number;
          segments: number;
          isPartial: boolean;
          items: {
            id: string;
            customer: {
              id: string;
              businessName: string;
            } | null;
            provider: string;
            providerId: string;
            kind: "call" | "message";
            unit: "cents" | "micros" | "seconds" | "segments";
            quantity: number;
            occurredAt: string;
            periodStart: string | null;
            periodEnd: string | null;
            isClosed: boolean;
          }[];
          crossings: {
            customer: {
              id: string;
              businessName: string;
            };
            unit: "cents" | "micros" | "seconds" | "segments";
            level: number;
            before: number;
            after: number;
            base: number;
          }[];
        };
        meta: ApiMeta;
      }>;
      run: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          id: string;
          differenceId?: string | undefined;
          hash: string;
        };
        output: {
          healing: number;
        };
        meta: ApiMeta;
      }>;
    };
    series: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        days?: number | undefined;
      };
      output: {
        points: {
          runId: string;
          at: string;
          state: "differences" | "failed" | "matched" | "running" | "stale";
          differences: number;
          flagged: number;
          missingHere: number;
          sums: {
            unit: "cents" | "micros" | "seconds" | "segments";
            ours: number;
            theirs: number;
            delta: number;
            level: 0 | 1 | 2;
          }[];
        }[];
      };
      meta: ApiMeta;
    }>;
  };
  unknownPhones: {
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        state?: "open" | "resolved" | undefined;
        phone?: string | undefined;
      };
      output: {
        items: {
          id: string;
          phoneNumber: string;
          eventTypes: string[];
          waiting: number;
          firstSeenAt: string;
          lastSeenAt: string;
          resolvedAt: string | null;
          resolution: "ignored" | "matched" | "spam" | null;
          customer: {
            id: string;
            businessName: string;
          } | null;
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    resolve: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        resolution: "ignored" | "matched" | "spam";
        customerId?: string | undefined;
      };
      output: {
        released: number;
      };
      meta: ApiMeta;
    }>;
  };
  alerts: {
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        state?: "acknowledged" | "open" | undefined;
        acknowledged?: "false" | "true" | undefined;
        severity?: "critical" | "high" | "info" | "low" | "medium" | undefined;
        type?: string | undefined;
        customerId?: string | undefined;
      };
      output: {
        items: {
          id: string;
          type: string;
          severity: "critical" | "high" | "info" | "low" | "medium";
          title: string;
          message: string;
          customer: {
            id: string;
            businessName: string;
          } | null;
          createdAt: string;
          acknowledgedAt: string | null;
          acknowledgedBy: string | null;
          delivery: "delivered" | "failed" | "logged" | "pending" | "sent" | "superseded";
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    find: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        id: string;
      };
      output: {
        id: string;
        type: string;
        severity: "critical" | "high" | "info" | "low" | "medium";
        title: string;
        message: string;
        customer: {
          id: string;
          businessName: string;
        } | null;
        createdAt: string;
        acknowledgedAt: string | null;
        acknowledgedBy: string | null;
        delivery: "delivered" | "failed" | "logged" | "pending" | "sent" | "superseded";
        deliveries: {
          channel: "email" | "log" | "slack" | "sms";
          provider: "telnyx" | "twilio" | null;
          state: "delivered" | "failed" | "logged" | "pending" | "sent" | "superseded";
          at: string;
          reason: string | null;
          attempts: number;
        }[];
        runbook: string | null;
        explanation: {
          label: string;
          value: string;
        }[];
      };
      meta: ApiMeta;
    }>;
    acknowledge: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
      };
      output: {
        id: string;
        type: string;
        severity: "critical" | "high" | "info" | "low" | "medium";
        title: string;
        message: string;
        customer: {
          id: string;
          businessName: string;
        } | null;
        createdAt: string;
        acknowledgedAt: string | null;
        acknowledgedBy: string | null;
        delivery: "delivered" | "failed" | "logged" | "pending" | "sent" | "superseded";
      };
      meta: ApiMeta;
    }>;
    report: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        type: string;
        severity: string;
        resourceId?: string | undefined;
        title: string;
        message: string;
        metadata?: Record<string, string | number> | undefined;
      };
      output: {
        alertId: string;
        suppressed: boolean;
        reason?: "raised_lately" | "taken_lately" | undefined;
      };
      meta: ApiMeta;
    }>;
  };
  errors: {
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        state?: "ignored" | "open" | "resolved" | undefined;
        resolved?: "false" | "true" | undefined;
        severity?: "critical" | "high" | "info" | "low" | "medium" | undefined;
        source?: "api" | "job" | "web" | "worker" | undefined;
        q?: string | undefined;
        customerId?: string | undefined;
        from?: string | undefined;
        to?: string | undefined;
      };
      output: {
        items: {
          id: string;
          source: "api" | "job" | "web" | "worker";
          severity: "critical" | "high" | "info" | "low" | "medium";
          type: string;
          title: string;
          culprit: string;
          state: "ignored" | "open" | "resolved";
          occurrences: number;
          customers: number;
          returns: number;
          firstSeenAt: string;
          lastSeenAt: string;
          hours: number[];
        }[];
        nextCursor: string | null;
        unresolvedCount: number;
      };
      meta: ApiMeta;
    }>;
    find: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        id: string;
      };
      output: {
        id: string;
        source: "api" | "job" | "web" | "worker";
        severity: "critical" | "high" | "info" | "low" | "medium";
        type: string;
        title: string;
        culprit: string;
        occurrences: number;
        customers: number;
        returns: number;
        firstSeenAt: string;
        lastSeenAt: string;
        hours: number[];
        state: "ignored" | "open" | "resolved";
        resolved: {
          at: string;
          by: string;
          notes: string | null;
        } | null;
        ignored: {
          at: string;
          by: string;
          until: string | null;
          occurrences: number | null;
          customers: number | null;
        } | null;
        firstRelease: string | null;
        lastRelease: string | null;
        alert: {
          id: string;
          title: string;
          severity: "critical" | "high" | "info" | "low" | "medium";
        } | null;
        hits: {
          customer: {
            id: string;
            businessName: string;
          };
          occurrences: number;
        }[];
        samples: {
          id: string;
          at: string;
          message: string;
          stack: {
            text: string;
            isOurs: boolean;
          }[];
          place: string;
          requestId: string | null;
          actor: string | null;
          customer: {
            id: string;
            businessName: string;
          } | null;
          webhookId: string | null;
          input: string | null;
          release: string | null;
          userAgent: string | null;
        }[];
      };
      meta: ApiMeta;
    }>;
    counts: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        from: string;
        to: string;
        bucket?: "day" | "hour" | undefined;
        errorId?: string | undefined;
      };
      output: {
        bucket: "day" | "hour";
        points: {
          at: string;
          occurrences: number;
        }[];
      };
      meta: ApiMeta;
    }>;
    resolve: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        notes?: string | undefined;
      };
      output: {
        id: string;
        source: "api" | "job" | "web" | "worker";
        severity: "critical" | "high" | "info" | "low" | "medium";
        type: string;
        title: string;
        culprit: string;
        occurrences: number;
        customers: number;
        returns: number;
        firstSeenAt: string;
        lastSeenAt: string;
        hours: number[];
        state: "ignored" | "open" | "resolved";
        resolved: {
          at: string;
          by: string;
          notes: string | null;
        } | null;
        ignored: {
          at: string;
          by: string;
          until: string | null;
          occurrences: number | null;
          customers: number | null;
        } | null;
      };
      meta: ApiMeta;
    }>;
    ignore: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        until?: string | undefined;
        occurrences?: number | undefined;
        customers?: number | undefined;
      };
      output: {
        id: string;
        source: "api" | "job" | "web" | "worker";
        severity: "critical" | "high" | "info" | "low" | "medium";
        type: string;
        title: string;
        culprit: string;
        occurrences: number;
        customers: number;
        returns: number;
        firstSeenAt: string;
        lastSeenAt: string;
        hours: number[];
        state: "ignored" | "open" | "resolved";
        resolved: {
          at: string;
          by: string;
          notes: string | null;
        } | null;
        ignored: {
          at: string;
          by: string;
          until: string | null;
          occurrences: number | null;
          customers: number | null;
        } | null;
      };
      meta: ApiMeta;
    }>;
    reopen: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
      };
      output: {
        id: string;
        source: "api" | "job" | "web" | "worker";
        severity: "critical" | "high" | "info" | "low" | "medium";
        type: string;
        title: string;
        culprit: string;
        occurrences: number;
        customers: number;
        returns: number;
        firstSeenAt: string;
        lastSeenAt: string;
        hours: number[];
        state: "ignored" | "open" | "resolved";
        resolved: {
          at: string;
          by: string;
          notes: string | null;
        } | null;
        ignored: {
          at: string;
          by: string;
          until: string | null;
          occurrences: number | null;
          customers: number | null;
        } | null;
      };
      meta: ApiMeta;
    }>;
    report: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        type: string;
        message: string;
        stack?: string | undefined;
        page: string;
        release?: string | undefined;
        requestId?: string | undefined;
      };
      output: {
        received: true;
      };
      meta: ApiMeta;
    }>;
  };
  customers: {
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        q?: string | undefined;
        tier?: "core" | "elite" | "pro" | "scale" | undefined;
      };
      output: {
        items: {
          id: string;
          businessName: string;
          businessType: "automotive" | "cleaning" | "dental" | "electrical" | "general" | "hvac" | "landscaping" | "legal" | "medical" | "plumbing" | "real_estate" | "restaurant" | "roofing" | "salon";
          tier: "core" | "elite" | "pro" | "scale";
          timezone: string;
          country: string;
          ownerEmail: string | null;
          contactPhone: string | null;
          status: "active" | "closed" | "suspended";
          createdAt: string;
          numbers: string[];
          calls: {
            used: number;
            cap: number;
            credit: number;
            reserved: number;
            remaining: number;
            percent: number;
            state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
          };
          sms: {
            used: number;
            cap: number;
            credit: number;
            reserved: number;
            remaining: number;
            percent: number;
            state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
          };
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    find: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        id: string;
      };
      output: {
        id: string;
        businessName: string;
        businessType: "automotive" | "cleaning" | "dental" | "electrical" | "general" | "hvac" | "landscaping" | "legal" | "medical" | "plumbing" | "real_estate" | "restaurant" | "roofing" | "salon";
        tier: "core" | "elite" | "pro" | "scale";
        timezone: string;
        country: string;
        ownerEmail: string | null;
        contactPhone: string | null;
        status: "active" | "closed" | "suspended";
        createdAt: string;
        numbers: string[];
        calls: {
          used: number;
          cap: number;
          credit: number;
          reserved: number;
          remaining: number;
          percent: number;
          state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
        };
        sms: {
          used: number;
          cap: number;
          credit: number;
          reserved: number;
          remaining: number;
          percent: number;
          state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
        };
        agents: {
          id: string;
          customerId: string;
          phoneNumber: string | null;
          userId: string | null;
          agentId: string | null;
          providerNumberId: string | null;
          deployRequestId: string | null;
          nickname: string | null;
          status: "configured" | "deployed" | "failed" | "retired" | "suspended";
          isActive: boolean;
          provider: "retell" | "telnyx" | "twilio";
          provisionedBy: string | null;
          createdAt: string;
          updatedAt: string;
        }[];
        period: {
          start: string;
          end: string;
          graceSeconds: number;
          limitRevision: number;
        };
        recentEntries: {
          id: string;
          meter: "call_seconds" | "sms_segments";
          kind: "adjustment" | "revision" | "usage" | "void";
          quantity: number;
          occurredAt: string;
          recordedAt: string;
        }[];
        crossings: {
          id: string;
          meter: "call_seconds" | "sms_segments";
          level: number;
          at: string;
          used: number;
          cap: number;
        }[];
      };
      meta: ApiMeta;
    }>;
    update: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        businessName?: string | undefined;
        timezone?: string | undefined;
        country?: string | undefined;
        ownerEmail?: string | null | undefined;
      };
      output: {
        id: string;
        businessName: string;
        businessType: "automotive" | "cleaning" | "dental" | "electrical" | "general" | "hvac" | "landscaping" | "legal" | "medical" | "plumbing" | "real_estate" | "restaurant" | "roofing" | "salon";
        tier: "core" | "elite" | "pro" | "scale";
        timezone: string;
        country: string;
        ownerEmail: string | null;
        contactPhone: string | null;
        status: "active" | "closed" | "suspended";
        createdAt: string;
        numbers: string[];
        calls: {
          used: number;
          cap: number;
          credit: number;
          reserved: number;
          remaining: number;
          percent: number;
          state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
        };
        sms: {
          used: number;
          cap: number;
          credit: number;
          reserved: number;
          remaining: number;
          percent: number;
          state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
        };
        agents: {
          id: string;
          customerId: string;
          phoneNumber: string | null;
          userId: string | null;
          agentId: string | null;
          providerNumberId: string | null;
          deployRequestId: string | null;
          nickname: string | null;
          status: "configured" | "deployed" | "failed" | "retired" | "suspended";
          isActive: boolean;
          provider: "retell" | "telnyx" | "twilio";
          provisionedBy: string | null;
          createdAt: string;
          updatedAt: string;
        }[];
        period: {
          start: string;
          end: string;
          graceSeconds: number;
          limitRevision: number;
        };
        recentEntries: {
          id: string;
          meter: "call_seconds" | "sms_segments";
          kind: "adjustment" | "revision" | "usage" | "void";
          quantity: number;
          occurredAt: string;
          recordedAt: string;
        }[];
        crossings: {
          id: string;
          meter: "call_seconds" | "sms_segments";
          level: number;
          at: string;
          used: number;
          cap: number;
        }[];
      };
      meta: ApiMeta;
    }>;
    notices: {
      list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          cursor?: string | undefined;
          limit?: number | undefined;
          customerId?: string | undefined;
        };
        output: {
          items: {
            id: string;
            kind: "payment_failed" | "payment_resumed" | "payment_suspended" | "usage_blocked" | "usage_limit" | "usage_renewed" | "usage_warning";
            state: "failed" | "pending" | "sending" | "sent" | "skipped" | "undecided";
            channel: "email" | "none" | "sms" | null;
            reason: string | null;
            createdAt: string;
            sentAt: string | null;
          }[];
          nextCursor: string | null;
        };
        meta: ApiMeta;
      }>;
      preference: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
        input: {
          customerId?: string | undefined;
        };
        output: {
          channel: "email" | "none" | "sms";
          muted: ("payment_failed" | "payment_resumed" | "payment_suspended" | "usage_blocked" | "usage_limit" | "usage_renewed" | "usage_warning")[];
        };
        meta: ApiMeta;
      }>;
      setPreference: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
        input: {
          channel: "email" | "none" | "sms";
          muted: ("payment_failed" | "payment_resumed" | "payment_suspended" | "usage_blocked" | "usage_limit" | "usage_renewed" | "usage_warning")[];
          customerId?: string | undefined;
        };
        output: {
          channel: "email" | "none" | "sms";
          muted: ("payment_failed" | "payment_resumed" | "payment_suspended" | "usage_blocked" | "usage_limit" | "usage_renewed" | "usage_warning")[];
        };
        meta: ApiMeta;
      }>;
    };
    planDeletion: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        id: string;
      };
      output: {
        hash: string;
        businessName: string;
        numbers: string[];
        owners: number;
        rows: {
          table: string;
          rows: number;
          fate: "kept" | "removed" | "shredded";
          why: string | null;
        }[];
      };
      meta: ApiMeta;
    }>;
    delete: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        hash: string;
        businessName: string;
      };
      output: {
        deleted: true;
      };
      meta: ApiMeta;
    }>;
    create: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        businessName: string;
        tier: "core" | "elite" | "pro" | "scale";
        timezone?: string | undefined;
        country?: string | undefined;
        ownerEmail?: string | undefined;
        phoneNumber?: string | undefined;
        provider?: "retell" | "telnyx" | "twilio" | undefined;
        agentId?: string | undefined;
      };
      output: {
        id: string;
        businessName: string;
        businessType: "automotive" | "cleaning" | "dental" | "electrical" | "general" | "hvac" | "landscaping" | "legal" | "medical" | "plumbing" | "real_estate" | "restaurant" | "roofing" | "salon";
        tier: "core" | "elite" | "pro" | "scale";
        timezone: string;
        country: string;
        ownerEmail: string | null;
        contactPhone: string | null;
        status: "active" | "closed" | "suspended";
        createdAt: string;
        numbers: string[];
        calls: {
          used: number;
          cap: number;
          credit: number;
          reserved: number;
          remaining: number;
          percent: number;
          state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
        };
        sms: {
          used: number;
          cap: number;
          credit: number;
          reserved: number;
          remaining: number;
          percent: number;
          state: "hard_stop" | "limit" | "ok" | "paused" | "warned";
        };
        agents: {
          id: string;
          customerId: string;
          phoneNumber: string | null;
          userId: string | null;
          agentId: string | null;
          providerNumberId: string | null;
          deployRequestId: string | null;
          nickname: string | null;
          status: "configured" | "deployed" | "failed" | "retired" | "suspended";
          isActive: boolean;
          provider: "retell" | "telnyx" | "twilio";
          provisionedBy: string | null;
          createdAt: string;
          updatedAt: string;
        }[];
        period: {
          start: string;
          end: string;
          graceSeconds: number;
          limitRevision: number;
        };
        recentEntries: {
          id: string;
          meter: "call_seconds" | "sms_segments";
          kind: "adjustment" | "revision" | "usage" | "void";
          quantity: number;
          occurredAt: string;
          recordedAt: string;
        }[];
        crossings: {
          id: string;
          meter: "call_seconds" | "sms_segments";
          level: number;
          at: string;
          used: number;
          cap: number;
        }[];
      };
      meta: ApiMeta;
    }>;
  };
  agents: {
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        customerId?: string | undefined;
      };
      output: {
        items: {
          id: string;
          customerId: string;
          phoneNumber: string | null;
          userId: string | null;
          agentId: string | null;
          providerNumberId: string | null;
          deployRequestId: string | null;
          nickname: string | null;
          status: "configured" | "deployed" | "failed" | "retired" | "suspended";
          isActive: boolean;
          provider: "retell" | "telnyx" | "twilio";
          provisionedBy: string | null;
          createdAt: string;
          updatedAt: string;
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    create: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        customerId: string;
        phoneNumber: string;
        provider: "retell" | "telnyx" | "twilio";
        agentId?: string | undefined;
        nickname?: string | undefined;
      };
      output: {
        id: string;
        customerId: string;
        phoneNumber: string | null;
        userId: string | null;
        agentId: string | null;
        providerNumberId: string | null;
        deployRequestId: string | null;
        nickname: string | null;
        status: "configured" | "deployed" | "failed" | "retired" | "suspended";
        isActive: boolean;
        provider: "retell" | "telnyx" | "twilio";
        provisionedBy: string | null;
        createdAt: string;
        updatedAt: string;
      };
      meta: ApiMeta;
    }>;
  };
  owners: {
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        customerId?: string | undefined;
      };
      output: {
        items: {
          id: string;
          email: string;
          name: string | null;
          state: "active" | "closed" | "invited";
          createdAt: string;
          lastSignInAt: string | null;
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
    invite: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        customerId?: string | undefined;
        email: string;
        name: string;
      };
      output: {
        accepted: true;
      };
      meta: ApiMeta;
    }>;
    mail: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        id: string;
        mail: "reset" | "welcome";
      };
      output: {
        accepted: true;
      };
      meta: ApiMeta;
    }>;
  };
  onboarding: {
    register: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        email: string;
        password: string;
        firstName: string;
        lastName: string;
        businessName: string;
        businessType?: string | undefined;
        phone?: string | undefined;
        timezone?: string | undefined;
      };
      output: {
        token: string;
        user: {
          id: string;
          email: string;
          name: string | null;
          role: "admin" | "operator" | "owner" | "sales" | "viewer";
          customerId: string | null;
          needsSecondFactor: boolean;
        };
        customer: {
          id: string;
          businessName: string;
          businessType: "automotive" | "cleaning" | "dental" | "electrical" | "general" | "hvac" | "landscaping" | "legal" | "medical" | "plumbing" | "real_estate" | "restaurant" | "roofing" | "salon";
          tier: "core" | "elite" | "pro" | "scale";
          timezone: string;
          country: string;
          ownerEmail: string | null;
          contactPhone: string | null;
          status: "active" | "closed" | "suspended";
          createdAt: string;
        };
      };
      meta: ApiMeta;
    }>;
    acceptInvitation: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        token: string;
        newPassword: string;
      };
      output: {
        accepted: true;
      };
      meta: ApiMeta;
    }>;
  };
  audit: {
    list: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        cursor?: string | undefined;
        limit?: number | undefined;
        actor?: string | undefined;
        action?: string | undefined;
        subject?: string | undefined;
        customerId?: string | undefined;
        from?: string | undefined;
        to?: string | undefined;
      };
      output: {
        items: {
          id: string;
          at: string;
          actor: string;
          action: string;
          subject: string;
          customerId: string | null;
          address: string | null;
          requestId: string;
          before: Record<string, string | number | boolean | null> | null;
          after: Record<string, string | number | boolean | null> | null;
        }[];
        nextCursor: string | null;
      };
      meta: ApiMeta;
    }>;
  };
  privacy: {
    plan: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        phoneNumber: string;
      };
      output: {
        hash: string;
        rows: {
          table: string;
          rows: number;
          fate: "kept" | "removed" | "shredded";
          why: string | null;
        }[];
      };
      meta: ApiMeta;
    }>;
    erase: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        phoneNumber: string;
        hash: string;
      };
      output: {
        rows: number;
      };
      meta: ApiMeta;
    }>;
    retention: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: void;
      output: {
        kinds: {
          kind: "audit" | "bytes" | "events";
          amount: number;
          default: number;
          unit: "days" | "months";
          least: number;
          most: number;
          updatedAt: string | null;
          updatedBy: string | null;
        }[];
      };
      meta: ApiMeta;
    }>;
    previewRetention: import("@trpc/server/unstable-core-do-not-import").QueryProcedure<{
      input: {
        bytes: number;
        events: number;
        audit: number;
      };
      output: {
        rows: {
          table: string;
          kind: "audit" | "bytes" | "events";
          rows: number;
        }[];
      };
      meta: ApiMeta;
    }>;
    setRetention: import("@trpc/server/unstable-core-do-not-import").MutationProcedure<{
      input: {
        bytes: number;
        events: number;
        audit: number;
      };
      output: {
        kinds: {
          kind: "audit" | "bytes" | "events";
          amount: number;
          default: number;
          unit: "days" | "months";
          least: number;
          most: number;
          updatedAt: string | null;
          updatedBy: string | null;
        }[];
      };
      meta: ApiMeta;
    }>;
  };
  live: {
    watch: import("@trpc/server/unstable-core-do-not-import").SubscriptionProcedure<{
      input: {
        lastEventId?: string | null | undefined;
      } | undefined;
      output: AsyncIterable<import("@trpc/server/unstable-core-do-not-import").TrackedData<{
        topics: ("alerts" | "audit" | "billing" | "calls" | "customers" | "errors" | "inbox" | "jobs" | "messages" | "reconciliation" | "resync" | "secrets" | "sessions" | "unknown_phones" | "usage" | "webhooks")[];
        at: string;
      }>, void, any>;
      meta: ApiMeta;
    }>;
  };
}>;
/** An error as every client sees it. */
type ErrorShape = {
  message: string;
  code: number;
  data: {
    code: string;
    httpStatus: number;
    path: string | undefined;
    refusal: string;
    fields: Record<string, string> | undefined;
    requestId: string | undefined;
  };
};
/** The router as clients know it: procedures with their inputs and outputs, nothing of the server behind them. */
type PublicRouter = BuiltRouter<{
  ctx: object;
  meta: object;
  errorShape: ErrorShape;
  transformer: false;
}, typeof record>;
export { ErrorShape, PublicRouter };
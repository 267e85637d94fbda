// Written by `npm run api:update` from the services' OpenAPI documents.
export interface paths {
  "/api/accounts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Your cash accounts with their balances */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description All of them, by currency */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": {
              items: components["schemas"]["Account"][];
            };
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    /**
     * Open a cash account in a currency
     * @description You have one account a currency: opening it again brings the same account.
     */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": components["schemas"]["NewAccount"];
        };
      };
      responses: {
        /** @description Your account in this currency */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Account"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body did not arrive in time */
        408: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is too large */
        413: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is not JSON */
        415: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Invalid */
        422: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/accounts/{id}/statement": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What moved on an account, newest first, with the balance after each line */
    get: {
      parameters: {
        query?: {
          /** @description A nextCursor of an earlier page */
          cursor?: string;
          limit?: number;
        };
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description A page; nextCursor is null on the last */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": {
              items: components["schemas"]["StatementLine"][];
              nextCursor: string | null;
            };
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You have no such account */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/analyze": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * What a piece of market news means for its subject
     * @description The answer is stored in your history. A text that is too long for the model is cut, which the answer says. Nothing is lost by sending the same again: it is analysed and stored again.
     */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": components["schemas"]["NewAnalysis"];
        };
      };
      responses: {
        /** @description The answer */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Analysis"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body did not arrive in time */
        408: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is too large */
        413: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is not JSON */
        415: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Invalid, or nothing is left without markup */
        422: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You send more texts than you may; Retry-After says when to come back */
        429: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The model is busy, or the answer could not be stored; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/analyze/batch": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The same for up to 256 texts at once */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": components["schemas"]["NewAnalysisBatch"];
        };
      };
      responses: {
        /** @description The answers */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["AnalysisBatch"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body did not arrive in time */
        408: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is too large */
        413: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is not JSON */
        415: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description One of them is invalid, or nothing is left of it without markup: none is analysed */
        422: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You send more texts than you may; Retry-After says when to come back */
        429: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The model is busy, or the answer could not be stored; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/analyze/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was answered to you, newest first */
    get: {
      parameters: {
        query?: {
          /** @description A nextCursor of an earlier page */
          cursor?: string;
          label?: string;
          limit?: number;
          symbol?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description A page; nextCursor is null on the last */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": {
              items: components["schemas"]["Analysis"][];
              nextCursor: string | null;
            };
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    /** Delete all that was stored of your texts and their answers */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Deleted for good */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["DeletedHistory"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/market": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** When the exchange trades */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description As it is now */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Market"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The versions of the model: who gets which, and whether answers drift */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description As they are now */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Models"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/operations/database/failover": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Have the database fail over to its standby's zone */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description It fails over */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["FailoverAccepted"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description There is no standby */
        409: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description This is possible only on a laptop */
        501: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The laptop's supervisor does not answer */
        502: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/operations/decisions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was decided, or done by operators, newest first */
    get: {
      parameters: {
        query?: {
          /** @description `next` of an earlier page */
          before?: string;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description A page, each decision with its evidence */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["DecisionPage"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/operations/drills": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The scenarios there are, and the drills so far, newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Without their reports */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["DrillList"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description This is possible only on a laptop */
        501: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The laptop's supervisor does not answer */
        502: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    /** Run a drill */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": components["schemas"]["NewDrill"];
        };
      };
      responses: {
        /** @description It runs */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["StartedDrill"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description There is no such zone */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body did not arrive in time */
        408: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description A drill runs already */
        409: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is too large */
        413: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is not JSON */
        415: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Invalid */
        422: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description This is possible only on a laptop */
        501: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The laptop's supervisor does not answer */
        502: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/operations/drills/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One drill, with its report once it has ended */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description The drill */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Drill"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description There is no such drill */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description This is possible only on a laptop */
        501: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The laptop's supervisor does not answer */
        502: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/operations/guard": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the guard does, and whether it sees and can act */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description The guard that acts */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["GuardNow"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/operations/shifts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The platform's zonal shifts, newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Ended ones too */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["ShiftList"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description ARC does not answer, or refuses what the guard asks */
        502: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    /** Move the platform's traffic away from a zone */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": components["schemas"]["NewShift"];
        };
      };
      responses: {
        /** @description Shifted */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["ShiftList"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description There is no such zone */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body did not arrive in time */
        408: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Another zone is shifted away, or the shift has ended */
        409: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is too large */
        413: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is not JSON */
        415: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Invalid */
        422: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description There is no ARC where this stack runs */
        501: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description ARC does not answer, or refuses what the guard asks */
        502: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/operations/shifts/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** End a shift */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Cancelled */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["ShiftList"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description There is no such shift */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Another zone is shifted away, or the shift has ended */
        409: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description There is no ARC where this stack runs */
        501: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description ARC does not answer, or refuses what the guard asks */
        502: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/operations/zones": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The zones as they are now */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Each zone, with its pods */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["ZonesNow"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/operations/zones/{zone}/faults": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Make a zone sick, or well again */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          zone: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": components["schemas"]["NewFault"];
        };
      };
      responses: {
        /** @description In force */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["ZonesNow"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description There is no such zone */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body did not arrive in time */
        408: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The zone is in no state for it */
        409: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is too large */
        413: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is not JSON */
        415: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Invalid */
        422: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description This is possible only on a laptop */
        501: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The laptop's supervisor does not answer */
        502: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/operations/zones/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The zones' golden signals, second by second */
    get: {
      parameters: {
        query?: {
          seconds?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description The last seconds, the oldest first */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["ZonesHistory"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You are not in the group operators */
        403: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/orders": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Your orders, newest first */
    get: {
      parameters: {
        query?: {
          /** @description A nextCursor of an earlier page */
          cursor?: string;
          limit?: number;
          status?: "accepted" | "open" | "filled" | "cancelled" | "rejected" | "expired";
          symbol?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description A page; nextCursor is null on the last */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": {
              items: components["schemas"]["Order"][];
              nextCursor: string | null;
            };
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    /**
     * Place an order
     * @description The same key and body again bring the same answer; the order is stored once.
     */
    post: {
      parameters: {
        query?: never;
        header: {
          "Idempotency-Key": string;
        };
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": components["schemas"]["NewOrder"];
        };
      };
      responses: {
        /** @description Stored */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Order"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body did not arrive in time */
        408: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is too large */
        413: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is not JSON */
        415: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Invalid, or the key belongs to another order */
        422: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/orders/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One of your orders */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description The order */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Order"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You have no such order */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/orders/{id}/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Ask for an order's cancellation
     * @description What is not executed by then is cancelled. The order's status tells when.
     */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Asked for; the order as it is now */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Order"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You have no such order */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The order has ended */
        409: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/orders/{id}/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What happened to one of your orders */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description All that happened, in its order */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["OrderHistory"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You have no such order */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/portfolio": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What you hold, at the current quotes */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Positions by symbol */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Portfolio"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/portfolio/{symbol}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What you hold of one symbol */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          symbol: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description The position */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Position"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You never held it */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/portfolio/transfers-in": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Bring shares from another broker
     * @description The same key and body again bring the same answer; the shares come once.
     */
    post: {
      parameters: {
        query?: never;
        header: {
          "Idempotency-Key": string;
        };
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": components["schemas"]["NewTransferIn"];
        };
      };
      responses: {
        /** @description Added to your holdings */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["TransferIn"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body did not arrive in time */
        408: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is too large */
        413: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is not JSON */
        415: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Invalid, or the key belongs to another transfer */
        422: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/quotes": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Quotes of now
     * @description They change ten times a second; the stream at /ws/quotes sends each change.
     */
    get: {
      parameters: {
        query?: {
          /** @description Separated by commas; all when absent */
          symbols?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description In the order in which they were asked for */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Quotes"];
          };
        };
        /** @description Still those of If-None-Match */
        304: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
        /** @description Malformed, or a symbol is not traded here */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/quotes/{symbol}/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What a price did
     * @description At most 500 candles, oldest first, of the simulated market's own trades.
     */
    get: {
      parameters: {
        query?: {
          /** @description In UTC: the first candle's */
          from?: string;
          interval?: "1s" | "5s" | "15s" | "1m" | "5m" | "15m" | "1h" | "1d";
          /** @description In UTC: the end */
          to?: string;
        };
        header?: never;
        path: {
          symbol:
            | "ALL"
            | "AMC"
            | "ANZ"
            | "ASX"
            | "BHP"
            | "BXB"
            | "CBA"
            | "COL"
            | "CPU"
            | "CSL"
            | "FMG"
            | "GMG"
            | "IAG"
            | "JHX"
            | "MQG"
            | "NAB"
            | "NST"
            | "ORG"
            | "QAN"
            | "QBE"
            | "REA"
            | "RIO"
            | "RMD"
            | "S32"
            | "SCG"
            | "STO"
            | "SUN"
            | "TCL"
            | "TLS"
            | "WBC"
            | "WDS"
            | "WES"
            | "WOW"
            | "XRO";
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Candles, oldest first; the last one may not be over */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": {
              interval: string;
              items: components["schemas"]["Candle"][];
              symbol: string;
            };
          };
        };
        /** @description Malformed, or more than 500 candles */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not traded here */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/quotes/closes": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Each symbol's last price of the day before
     * @description What a day's change is measured from; it stays until the next day begins (14:00 UTC).
     */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description All symbols */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Closes"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/transactions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Deposit, withdraw or transfer
     * @description The same key and body again bring the same answer; the transaction is booked once.
     */
    post: {
      parameters: {
        query?: never;
        header: {
          "Idempotency-Key": string;
        };
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          "application/json": components["schemas"]["NewTransaction"];
        };
      };
      responses: {
        /** @description Booked */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Transaction"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You have no such account */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body did not arrive in time */
        408: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too little is available on the account, or too much would be on it */
        409: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is too large */
        413: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description The body is not JSON */
        415: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Invalid, or the key belongs to another transaction */
        422: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/transactions/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A deposit, withdrawal or transfer of yours */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description The transaction */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/json": components["schemas"]["Transaction"];
          };
        };
        /** @description Malformed */
        400: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Not signed in */
        401: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description You have no such transaction */
        404: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
        /** @description Too much to do, or the database is away; Retry-After says when to come back */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            "application/problem+json": components["schemas"]["Problem"];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Account: {
      available: string;
      balance: string;
      currency: string;
      /** Format: uuid */
      id: string;
      /** Format: date-time */
      openedAt: string;
      reserved: string;
    };
    Analysis: {
      /** Format: date-time */
      at: string;
      /** @description Probability of the label */
      confidence: number;
      /** @description Up to 280 characters of the text as the model read it, no markup */
      excerpt: string;
      /** Format: uuid */
      id: string;
      input: {
        /** @description Characters without markup */
        characters: number;
        /** @description Tokens that these are, with the two that every text gets */
        tokens: number;
        /** @description Of them, those at the end that were too many for the model, and cut */
        truncatedTokens: number;
        /** @description Of them, those that the model's vocabulary lacks */
        unknownTokens: number;
      };
      /**
       * @description The most probable class
       * @example positive
       */
      label: string;
      /** @description Until the answer was known; storing it comes after */
      latencyMs: {
        /** @description Milliseconds */
        infer: number;
        /** @description Milliseconds */
        queue: number;
        /** @description Milliseconds */
        tokenise: number;
        /** @description Milliseconds */
        total: number;
      };
      /**
       * @description Version of the model
       * @example 1.0.0
       */
      model: string;
      /**
       * @description Of each class; 1 together
       * @example {
       *       "negative": 0.04,
       *       "neutral": 0.1,
       *       "positive": 0.86
       *     }
       */
      probabilities: {
        [key: string]: number;
      };
      symbol: string | null;
    };
    /** @description In the order of the request */
    AnalysisBatch: {
      items: components["schemas"]["Analysis"][];
    };
    Candle: {
      /**
       * @description Dollars
       * @example 45.10
       */
      close: string;
      /**
       * @description Dollars
       * @example 45.10
       */
      high: string;
      /**
       * @description Dollars
       * @example 45.10
       */
      low: string;
      /**
       * @description Dollars
       * @example 45.10
       */
      open: string;
      /**
       * Format: date-time
       * @description Start
       */
      time: string;
      volume: number;
    };
    Closes: {
      /**
       * Format: date-time
       * @description When the trading day began, in UTC
       */
      day: string;
      items: {
        /**
         * @description Dollars
         * @example 45.10
         */
        previousClose: string;
        symbol: string;
      }[];
    };
    Decision: {
      at: string;
      evidence: {
        [key: string]: unknown;
      };
      id: string;
      /** @enum {string} */
      kind: "shift" | "renew" | "cancel" | "adopt" | "refuse" | "failover" | "operator";
      reason: string;
      text: string;
      zone: string | null;
    };
    DecisionPage: {
      decisions: components["schemas"]["Decision"][];
      next: string | null;
    };
    DeletedHistory: {
      /** @description Analyses that were deleted */
      deleted: number;
    };
    Drill: {
      endedAt?: string;
      html?: string;
      id: string;
      progress?: string;
      report?: unknown;
      scenario: string;
      startedAt: string;
      /** @enum {string} */
      state: "running" | "passed" | "failed" | "error";
    };
    DrillList: {
      drills: components["schemas"]["Drill"][];
      scenarios: {
        description: string;
        name: string;
      }[];
    };
    FailoverAccepted: {
      [key: string]: unknown;
    };
    GuardNow: {
      active: boolean;
      arc: {
        detail: string;
        ok: boolean;
      };
      lease: {
        detail: string;
        ok: boolean;
      };
      /** @enum {string} */
      mode: "observe" | "recommend" | "act";
      pod: string;
      shift?: {
        expiryTime: string | null;
        own: boolean;
        zone: string;
      };
      source: {
        detail: string;
        kind: string;
        ok: boolean;
      };
      zone: string;
    };
    Market: {
      /**
       * Format: date-time
       * @description End of this session, or of the next: orders on the book then expire
       */
      closesAt: string;
      /**
       * @description `asx`: 10:00 to 16:00 in Sydney, Monday to Friday
       * @enum {string}
       */
      hours: "always" | "asx";
      /**
       * Format: date-time
       * @description The exchange's clock
       */
      now: string;
      open: boolean;
      /**
       * Format: date-time
       * @description The next session's start; null while it is open
       */
      opensAt: string | null;
    };
    /** @description As the pod that answers sees them */
    Models: {
      bucketProblem?: string;
      /** @description What the candidate did so far */
      candidate?: {
        analyses: number;
        compared: number;
        disagreed: number;
        errors: number;
      };
      deployment?: {
        /** Format: date-time */
        at: string;
        by: string;
        /** @description A canary answers its share; what a shadow says is only compared */
        candidate?: {
          /** @enum {string} */
          mode: "canary" | "shadow";
          /** @description Percent of the users */
          share: number;
          version: string;
        };
        current: string;
        previous?: string;
        /** @description One more with each change */
        revision: number;
        /** @enum {number} */
        schema: 1;
        split?: {
          version: string;
          /** @description Percent of the users */
          weight: number;
        }[];
      };
      /** @description Why no version answers */
      notReady?: string;
      /** @description The version that answers, if no other is tried */
      serving?: string;
      versions: {
        created?: string;
        /** @description Of its newest predictions, once there are enough */
        drift?: {
          drifted: boolean;
          features: {
            drifted: boolean;
            /** @enum {string} */
            feature: "label" | "confidence" | "tokens" | "unknown";
            /** @description Chance of as much where nothing has changed */
            p: number;
            /** @description Population stability index */
            psi: number;
          }[];
          /** @description The newest ones, which were looked at */
          predictions: number;
        };
        labels?: string[];
        /** @description As its manifest says */
        metrics?: {
          [key: string]: unknown;
        };
        /** @description Why it waits or is refused */
        reason?: string;
        since: string;
        /** @enum {string} */
        state: "waiting" | "fetching" | "loading" | "comparing" | "ready" | "refused" | "rolled back";
        version: string;
      }[];
    };
    NewAccount: {
      /**
       * @example AUD
       * @enum {string}
       */
      currency:
        | "AED"
        | "AFN"
        | "ALL"
        | "AMD"
        | "AOA"
        | "ARS"
        | "AUD"
        | "AWG"
        | "AZN"
        | "BAM"
        | "BBD"
        | "BDT"
        | "BGN"
        | "BHD"
        | "BIF"
        | "BMD"
        | "BND"
        | "BOB"
        | "BRL"
        | "BSD"
        | "BTN"
        | "BWP"
        | "BYN"
        | "BZD"
        | "CAD"
        | "CDF"
        | "CHF"
        | "CLP"
        | "CNY"
        | "COP"
        | "CRC"
        | "CUP"
        | "CVE"
        | "CZK"
        | "DJF"
        | "DKK"
        | "DOP"
        | "DZD"
        | "EGP"
        | "ERN"
        | "ETB"
        | "EUR"
        | "FJD"
        | "FKP"
        | "GBP"
        | "GEL"
        | "GHS"
        | "GIP"
        | "GMD"
        | "GNF"
        | "GTQ"
        | "GYD"
        | "HKD"
        | "HNL"
        | "HTG"
        | "HUF"
        | "IDR"
        | "ILS"
        | "INR"
        | "IQD"
        | "IRR"
        | "ISK"
        | "JMD"
        | "JOD"
        | "JPY"
        | "KES"
        | "KGS"
        | "KHR"
        | "KMF"
        | "KPW"
        | "KRW"
        | "KWD"
        | "KYD"
        | "KZT"
        | "LAK"
        | "LBP"
        | "LKR"
        | "LRD"
        | "LSL"
        | "LYD"
        | "MAD"
        | "MDL"
        | "MGA"
        | "MKD"
        | "MMK"
        | "MNT"
        | "MOP"
        | "MRU"
        | "MUR"
        | "MVR"
        | "MWK"
        | "MXN"
        | "MYR"
        | "MZN"
        | "NAD"
        | "NGN"
        | "NIO"
        | "NOK"
        | "NPR"
        | "NZD"
        | "OMR"
        | "PAB"
        | "PEN"
        | "PGK"
        | "PHP"
        | "PKR"
        | "PLN"
        | "PYG"
        | "QAR"
        | "RON"
        | "RSD"
        | "RUB"
        | "RWF"
        | "SAR"
        | "SBD"
        | "SCR"
        | "SDG"
        | "SEK"
        | "SGD"
        | "SHP"
        | "SLE"
        | "SOS"
        | "SRD"
        | "SSP"
        | "STN"
        | "SVC"
        | "SYP"
        | "SZL"
        | "THB"
        | "TJS"
        | "TMT"
        | "TND"
        | "TOP"
        | "TRY"
        | "TTD"
        | "TWD"
        | "TZS"
        | "UAH"
        | "UGX"
        | "USD"
        | "UYU"
        | "UZS"
        | "VED"
        | "VES"
        | "VND"
        | "VUV"
        | "WST"
        | "XAF"
        | "XCD"
        | "XOF"
        | "XPF"
        | "YER"
        | "ZAR"
        | "ZMW";
    };
    NewAnalysis:
      | {
          /**
           * @description The instrument that it is about, by which the history is filtered
           * @example BHP
           */
          symbol?: string;
          /** @description A headline or an article. Tags of HTML and what is in scripts and styles are left out */
          text: string;
        }
      | {
          /** @description The same as HTML: all tags are left out */
          html: string;
          /**
           * @description The instrument that it is about, by which the history is filtered
           * @example BHP
           */
          symbol?: string;
        };
    NewAnalysisBatch: {
      items: components["schemas"]["NewAnalysis"][];
    };
    NewDrill: {
      rate?: number;
      scenario: string;
      seed?: number;
      zone?: string;
    };
    NewFault: {
      /** @enum {string} */
      action: "kill" | "freeze" | "slow" | "errors" | "cut" | "heal";
      ms?: number;
      pod?: string;
      service?: string;
      share?: number;
    };
    NewOrder:
      | {
          /**
           * @description Dollars; a multiple of the price step
           * @example 45.10
           */
          limitPrice: string;
          quantity: number | string;
          /** @enum {string} */
          side: "buy" | "sell";
          /**
           * @example BHP
           * @enum {string}
           */
          symbol:
            | "ALL"
            | "AMC"
            | "ANZ"
            | "ASX"
            | "BHP"
            | "BXB"
            | "CBA"
            | "COL"
            | "CPU"
            | "CSL"
            | "FMG"
            | "GMG"
            | "IAG"
            | "JHX"
            | "MQG"
            | "NAB"
            | "NST"
            | "ORG"
            | "QAN"
            | "QBE"
            | "REA"
            | "RIO"
            | "RMD"
            | "S32"
            | "SCG"
            | "STO"
            | "SUN"
            | "TCL"
            | "TLS"
            | "WBC"
            | "WDS"
            | "WES"
            | "WOW"
            | "XRO";
          /** @constant */
          type: "limit";
        }
      | {
          quantity: number | string;
          /** @enum {string} */
          side: "buy" | "sell";
          /**
           * @example BHP
           * @enum {string}
           */
          symbol:
            | "ALL"
            | "AMC"
            | "ANZ"
            | "ASX"
            | "BHP"
            | "BXB"
            | "CBA"
            | "COL"
            | "CPU"
            | "CSL"
            | "FMG"
            | "GMG"
            | "IAG"
            | "JHX"
            | "MQG"
            | "NAB"
            | "NST"
            | "ORG"
            | "QAN"
            | "QBE"
            | "REA"
            | "RIO"
            | "RMD"
            | "S32"
            | "SCG"
            | "STO"
            | "SUN"
            | "TCL"
            | "TLS"
            | "WBC"
            | "WDS"
            | "WES"
            | "WOW"
            | "XRO";
          /** @constant */
          type: "market";
        };
    NewShift: {
      comment: string;
      expiresIn: string;
      zone: string;
    };
    NewTransaction:
      | {
          /** @example 250 */
          amount: string;
          /** @enum {string} */
          currency:
            | "AED"
            | "AFN"
            | "ALL"
            | "AMD"
            | "AOA"
            | "ARS"
            | "AUD"
            | "AWG"
            | "AZN"
            | "BAM"
            | "BBD"
            | "BDT"
            | "BGN"
            | "BMD"
            | "BND"
            | "BOB"
            | "BRL"
            | "BSD"
            | "BTN"
            | "BWP"
            | "BYN"
            | "BZD"
            | "CAD"
            | "CDF"
            | "CHF"
            | "CNY"
            | "COP"
            | "CRC"
            | "CUP"
            | "CVE"
            | "CZK"
            | "DKK"
            | "DOP"
            | "DZD"
            | "EGP"
            | "ERN"
            | "ETB"
            | "EUR"
            | "FJD"
            | "FKP"
            | "GBP"
            | "GEL"
            | "GHS"
            | "GIP"
            | "GMD"
            | "GTQ"
            | "GYD"
            | "HKD"
            | "HNL"
            | "HTG"
            | "HUF"
            | "IDR"
            | "ILS"
            | "INR"
            | "IRR"
            | "JMD"
            | "KES"
            | "KGS"
            | "KHR"
            | "KPW"
            | "KYD"
            | "KZT"
            | "LAK"
            | "LBP"
            | "LKR"
            | "LRD"
            | "LSL"
            | "MAD"
            | "MDL"
            | "MGA"
            | "MKD"
            | "MMK"
            | "MNT"
            | "MOP"
            | "MRU"
            | "MUR"
            | "MVR"
            | "MWK"
            | "MXN"
            | "MYR"
            | "MZN"
            | "NAD"
            | "NGN"
            | "NIO"
            | "NOK"
            | "NPR"
            | "NZD"
            | "PAB"
            | "PEN"
            | "PGK"
            | "PHP"
            | "PKR"
            | "PLN"
            | "QAR"
            | "RON"
            | "RSD"
            | "RUB"
            | "SAR"
            | "SBD"
            | "SCR"
            | "SDG"
            | "SEK"
            | "SGD"
            | "SHP"
            | "SLE"
            | "SOS"
            | "SRD"
            | "SSP"
            | "STN"
            | "SVC"
            | "SYP"
            | "SZL"
            | "THB"
            | "TJS"
            | "TMT"
            | "TOP"
            | "TRY"
            | "TTD"
            | "TWD"
            | "TZS"
            | "UAH"
            | "USD"
            | "UYU"
            | "UZS"
            | "VED"
            | "VES"
            | "WST"
            | "XCD"
            | "YER"
            | "ZAR"
            | "ZMW";
          /** @enum {string} */
          kind: "deposit" | "withdrawal";
        }
      | {
          /** @example 250 */
          amount: string;
          /** @enum {string} */
          currency:
            | "AED"
            | "AFN"
            | "ALL"
            | "AMD"
            | "AOA"
            | "ARS"
            | "AUD"
            | "AWG"
            | "AZN"
            | "BAM"
            | "BBD"
            | "BDT"
            | "BGN"
            | "BMD"
            | "BND"
            | "BOB"
            | "BRL"
            | "BSD"
            | "BTN"
            | "BWP"
            | "BYN"
            | "BZD"
            | "CAD"
            | "CDF"
            | "CHF"
            | "CNY"
            | "COP"
            | "CRC"
            | "CUP"
            | "CVE"
            | "CZK"
            | "DKK"
            | "DOP"
            | "DZD"
            | "EGP"
            | "ERN"
            | "ETB"
            | "EUR"
            | "FJD"
            | "FKP"
            | "GBP"
            | "GEL"
            | "GHS"
            | "GIP"
            | "GMD"
            | "GTQ"
            | "GYD"
            | "HKD"
            | "HNL"
            | "HTG"
            | "HUF"
            | "IDR"
            | "ILS"
            | "INR"
            | "IRR"
            | "JMD"
            | "KES"
            | "KGS"
            | "KHR"
            | "KPW"
            | "KYD"
            | "KZT"
            | "LAK"
            | "LBP"
            | "LKR"
            | "LRD"
            | "LSL"
            | "MAD"
            | "MDL"
            | "MGA"
            | "MKD"
            | "MMK"
            | "MNT"
            | "MOP"
            | "MRU"
            | "MUR"
            | "MVR"
            | "MWK"
            | "MXN"
            | "MYR"
            | "MZN"
            | "NAD"
            | "NGN"
            | "NIO"
            | "NOK"
            | "NPR"
            | "NZD"
            | "PAB"
            | "PEN"
            | "PGK"
            | "PHP"
            | "PKR"
            | "PLN"
            | "QAR"
            | "RON"
            | "RSD"
            | "RUB"
            | "SAR"
            | "SBD"
            | "SCR"
            | "SDG"
            | "SEK"
            | "SGD"
            | "SHP"
            | "SLE"
            | "SOS"
            | "SRD"
            | "SSP"
            | "STN"
            | "SVC"
            | "SYP"
            | "SZL"
            | "THB"
            | "TJS"
            | "TMT"
            | "TOP"
            | "TRY"
            | "TTD"
            | "TWD"
            | "TZS"
            | "UAH"
            | "USD"
            | "UYU"
            | "UZS"
            | "VED"
            | "VES"
            | "WST"
            | "XCD"
            | "YER"
            | "ZAR"
            | "ZMW";
          /** @constant */
          kind: "transfer";
          toAccountId: string;
        }
      | {
          /** @example 250 */
          amount: string;
          /** @enum {string} */
          currency: "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND";
          /** @enum {string} */
          kind: "deposit" | "withdrawal";
        }
      | {
          /** @example 250 */
          amount: string;
          /** @enum {string} */
          currency: "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND";
          /** @constant */
          kind: "transfer";
          toAccountId: string;
        }
      | {
          /** @example 250 */
          amount: string;
          /** @enum {string} */
          currency:
            | "BIF"
            | "CLP"
            | "DJF"
            | "GNF"
            | "ISK"
            | "JPY"
            | "KMF"
            | "KRW"
            | "PYG"
            | "RWF"
            | "UGX"
            | "VND"
            | "VUV"
            | "XAF"
            | "XOF"
            | "XPF";
          /** @enum {string} */
          kind: "deposit" | "withdrawal";
        }
      | {
          /** @example 250 */
          amount: string;
          /** @enum {string} */
          currency:
            | "BIF"
            | "CLP"
            | "DJF"
            | "GNF"
            | "ISK"
            | "JPY"
            | "KMF"
            | "KRW"
            | "PYG"
            | "RWF"
            | "UGX"
            | "VND"
            | "VUV"
            | "XAF"
            | "XOF"
            | "XPF";
          /** @constant */
          kind: "transfer";
          toAccountId: string;
        }
      | {
          accountId: string;
          /** @example 250 */
          amount: string;
          /** @enum {string} */
          kind: "deposit" | "withdrawal";
        }
      | {
          accountId: string;
          /** @example 250 */
          amount: string;
          /** @constant */
          kind: "transfer";
          toAccountId: string;
        };
    NewTransferIn: {
      /**
       * @description What the shares cost in all
       * @example 4510.00
       */
      cost: string;
      /** @example 100 */
      quantity: number;
      /**
       * @example BHP
       * @enum {string}
       */
      symbol:
        | "ALL"
        | "AMC"
        | "ANZ"
        | "ASX"
        | "BHP"
        | "BXB"
        | "CBA"
        | "COL"
        | "CPU"
        | "CSL"
        | "FMG"
        | "GMG"
        | "IAG"
        | "JHX"
        | "MQG"
        | "NAB"
        | "NST"
        | "ORG"
        | "QAN"
        | "QBE"
        | "REA"
        | "RIO"
        | "RMD"
        | "S32"
        | "SCG"
        | "STO"
        | "SUN"
        | "TCL"
        | "TLS"
        | "WBC"
        | "WDS"
        | "WES"
        | "WOW"
        | "XRO";
    };
    Order: {
      /** @example 45.1000 */
      averagePrice?: string;
      /** Format: date-time */
      createdAt: string;
      filledQuantity?: number;
      /** Format: uuid */
      id: string;
      limitPrice?: string;
      quantity: number;
      reason?: string;
      /** @enum {string} */
      side: "buy" | "sell";
      /** @enum {string} */
      status: "accepted" | "open" | "filled" | "cancelled" | "rejected" | "expired";
      symbol: string;
      /** @enum {string} */
      type: "market" | "limit";
    };
    OrderHistory: {
      items: {
        /** Format: date-time */
        at: string;
        fill?: {
          amount: string;
          id: string;
          price: string;
          quantity: number;
        };
        reason?: string;
        /** @enum {string} */
        status: "accepted" | "open" | "filled" | "cancelled" | "rejected" | "expired";
        /** @enum {string} */
        type: "placed" | "opened" | "fill" | "closed";
        version: number;
      }[];
    };
    Portfolio: {
      items: components["schemas"]["Position"][];
      total: {
        /**
         * @description Of all positions
         * @example 4510.00
         */
        cost: string;
        /**
         * @description Of all positions; null while quotes are away
         * @example 4510.00
         */
        marketValue: string | null;
        /**
         * @description Of all positions
         * @example 4510.00
         */
        realised: string;
        /**
         * @description Of all positions; null while quotes are away
         * @example 4510.00
         */
        unrealised: string | null;
      };
    };
    Position: {
      /** @description Of a share, rounded to a hundredth of a cent; null when none is held */
      averageCost: string | null;
      /**
       * @description What the quantity cost
       * @example 4510.00
       */
      cost: string;
      /**
       * @description Price × quantity; null while quotes are away
       * @example 4510.00
       */
      marketValue: string | null;
      /**
       * @description Price of the latest trade; null while quotes are away
       * @example 4510.00
       */
      price: string | null;
      quantity: number;
      /**
       * @description Profit less loss of what was sold
       * @example 4510.00
       */
      realised: string;
      reserved: number;
      symbol: string;
      /**
       * @description Profit or loss if all were sold at that price; null while quotes are away
       * @example 4510.00
       */
      unrealised: string | null;
    };
    Problem: {
      detail: string;
      errors?: {
        field: string;
        message: string;
        pointer?: string;
      }[];
      instance: string;
      status: number;
      title: string;
      traceId?: string;
      type: string;
    };
    Quote: {
      /**
       * @description Dollars
       * @example 45.10
       */
      ask: string;
      askSize: number;
      /**
       * @description Dollars
       * @example 45.10
       */
      bid: string;
      bidSize: number;
      /**
       * @description Dollars
       * @example 45.10
       */
      last: string;
      /** @description How many quotes this symbol has had in this epoch */
      seq: number;
      symbol: string;
      /** @description Shares traded since midnight in Sydney (UTC+10) */
      volume: number;
    };
    Quotes: {
      epoch: string;
      items: components["schemas"]["Quote"][];
      /** @description Milliseconds since 1970 of the tick */
      time: number;
    };
    Shift: {
      /** @enum {string} */
      by: "guard" | "operator" | "autoshift";
      comment: string;
      expiryTime: string;
      id: string;
      resources: string[];
      startTime: string;
      /** @enum {string} */
      status: "ACTIVE" | "EXPIRED" | "CANCELED";
      zone: string;
    };
    ShiftList: {
      shifts: components["schemas"]["Shift"][];
    };
    StartedDrill: {
      id: string;
    };
    StatementLine: {
      amount: string;
      /** Format: date-time */
      at: string;
      balance: string;
      /** @enum {string} */
      direction: "debit" | "credit";
      fillId?: string;
      /** @enum {string} */
      kind: "deposit" | "withdrawal" | "transfer" | "buy" | "sell";
      line: number;
      /** Format: uuid */
      orderId?: string;
      /** Format: uuid */
      transactionId?: string;
    };
    Transaction: {
      /** Format: uuid */
      accountId: string;
      amount: string;
      /** Format: date-time */
      createdAt: string;
      currency: string;
      /** Format: uuid */
      id: string;
      /** @enum {string} */
      kind: "deposit" | "withdrawal" | "transfer";
      /** Format: uuid */
      toAccountId?: string;
    };
    TransferIn: {
      cost: string;
      /** Format: date-time */
      createdAt: string;
      /** Format: uuid */
      id: string;
      quantity: number;
      symbol: string;
    };
    Zone: {
      /**
       * @description Null where it is in another zone, or isn't known
       * @enum {string|null}
       */
      databaseRole: "primary" | "standby" | null;
      errorShare: number;
      faults: string[];
      id: string;
      letter: string;
      p50Ms: number | null;
      p99Ms: number | null;
      pods: components["schemas"]["ZonePod"][];
      requestsPerSecond: number;
      /** @enum {string} */
      state: "healthy" | "sick" | "shifted" | "faulty";
      /** @description Share of its pods' capacity that it uses */
      utilisation: number | null;
      /** @description Shares of the balancers' requests: 0 where traffic is shifted away */
      weights: {
        internal: number;
        public: number;
      };
      zone: string;
    };
    ZonePod: {
      errorShare: number;
      name: string;
      p99Ms: number | null;
      ready: boolean;
      requestsPerSecond: number;
      service: string;
    };
    ZoneSeries: {
      errors: number[];
      p50Ms: (number | null)[];
      p99Ms: (number | null)[];
      requests: number[];
    };
    ZonesHistory: {
      /** @description Seconds since 1970 */
      seconds: number[];
      zones: {
        [key: string]: components["schemas"]["ZoneSeries"];
      };
    };
    ZonesNow: {
      at: string;
      mode: string;
      zones: components["schemas"]["Zone"][];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;

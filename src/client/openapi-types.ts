/** Types of the API, generated from its OpenAPI document by `npm run openapi`. */
import type { Json } from '#core/json.ts'

export interface paths {
    "/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Where to put content before a submission names it */
        post: operations["askUploads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/uploads/{sha256}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Put content under its hash */
        put: operations["putUpload"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run a workflow */
        post: operations["submitWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a submission would come to; nothing runs */
        post: operations["planWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs, newest first */
        get: operations["listRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run */
        get: operations["getRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tasks of a run, each with its attempts and clones
         * @description In the order of the workflow, instances by number. With `state` a page may have fewer items than asked for, or none, and still be followed by another.
         */
        get: operations["listTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The plan of a run: pools, clones, hedges, and why */
        get: operations["getPlan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/workflow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workflow of a run, with every default written out */
        get: operations["getWorkflow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All that happened in a run, in the order in which it was written
         * @description With `Accept: text/event-stream`: server-sent events after `Last-Event-ID` or `cursor`. Such an answer waits up to 20 s for something new and then ends; the client connects again, as an EventSource does. 204 says that the run is over and nothing will come.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the clones of a run wrote to standard output and error
         * @description Log after log, by task, attempt and clone. To follow one that still grows, name its task, attempt, clone and stream: then `nextCursor` is there until its clone has ended.
         */
        get: operations["listLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/outputs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Committed outputs of a run by name */
        get: operations["listOutputs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/outputs/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The bytes of an output
         * @description Of a directory: the list of its files; `file` takes one of them. What is large is answered with the place where it is.
         */
        get: operations["getOutput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a run */
        post: operations["cancelRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with an interrupted run */
        post: operations["resumeRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run again what left no result
         * @description A run that is over is run once more as a new one, which keeps what was committed but for the tasks in `force`. In one that is not over, tasks in `force` that are in doubt are run once more.
         */
        post: operations["retryRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where clones may run, and what is free */
        get: operations["listPools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the control plane answers, and which one it is */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getOpenApi"];
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
        UploadRequest: {
            /** @description SHA-256 in hexadecimal. */
            sha256: string;
            bytes: number;
        }[];
        /**
         * @example {
         *       "workflow": {
         *         "apiVersion": "forkcast/v1",
         *         "name": "hello",
         *         "tasks": {
         *           "hello": {
         *             "run": "echo hello"
         *           }
         *         }
         *       }
         *     }
         * @example {
         *       "workflow": {
         *         "apiVersion": "forkcast/v1",
         *         "name": "window",
         *         "params": {
         *           "window": {
         *             "type": "integer",
         *             "default": 12
         *           }
         *         },
         *         "tasks": {
         *           "count": {
         *             "run": "seq \"$PARAM_WINDOW\""
         *           }
         *         }
         *       },
         *       "params": {
         *         "window": 3
         *       },
         *       "policy": {
         *         "cloning": false
         *       }
         *     }
         */
        Submission: {
            /** @description A workflow document (see workflow.schema.json) whose code and files are `blob: sha256:…`, or such a document uploaded as JSON, by its hash. No path is read. */
            workflow: string | {
                [key: string]: Json;
            };
            /** @description Values of the workflow’s parameters. */
            params?: {
                [key: string]: Json;
            };
            /** @description Whether tasks may be cloned and hedged. Default: both. */
            policy?: {
                cloning?: boolean;
                hedging?: boolean;
            };
        };
        Cancel: {
            reason?: string;
        };
        Resume: Record<string, never>;
        Retry: {
            force?: string[];
        };
        /** @description What went wrong, where, and what to do. */
        Problem: {
            type: string;
            title: string;
            status: number;
            code: string;
            /** @description JSON pointer to what is wrong, in the body or among parameters. */
            path?: string;
            hint: string;
            detail: string;
            /**
             * @description That of the command line.
             * @enum {number}
             */
            exitCode: 1 | 2 | 3 | 4 | 5 | 6 | 7;
            /** @description Each of several faults. */
            errors?: {
                code: string;
                /** @description JSON pointer to what is wrong, in the body or among parameters. */
                path?: string;
                hint: string;
                detail: string;
            }[];
        };
        Started: {
            runId: string;
        };
        /** @description What a submission would come to now; nothing is stored, nothing runs. */
        PlanPreview: {
            plan: {
                madeAtMs: number;
                placements: {
                    [key: string]: components["schemas"]["Placement"];
                };
                criticalPath: string[];
                predicted: {
                    makespanS: {
                        p50: number;
                        p90: number;
                    };
                };
                notes: string[];
            };
            costUsd: components["schemas"]["CostRange"];
            tasks: {
                [key: string]: {
                    instances: number | null;
                    costUsd: components["schemas"]["CostRange"];
                };
            };
        };
        /** @description Where a task runs, how often, and why. */
        Placement: {
            task: string;
            slots: {
                /** @enum {string} */
                kind: "active" | "standby";
                pool: string;
                reason: string;
                variant: string | null;
                resources: {
                    vcpus: number;
                    memoryMiB: number;
                    gpus: number;
                };
                timeoutS: number | null;
            }[];
            hedgeAfterS: number | null;
            rank: number;
            onCriticalPath: boolean;
            predicted: components["schemas"]["Prediction"];
            reason: string;
        };
        Prediction: {
            durationS: components["schemas"]["Quantiles"];
            memoryMiB: components["schemas"]["Quantiles"];
            basis: components["schemas"]["Basis"];
        };
        Quantiles: {
            p50: number;
            p90: number;
            p99: number;
        };
        /** @description Where a prediction comes from. */
        Basis: {
            /** @constant */
            kind: "history";
            samples: number;
        } | {
            /** @enum {string} */
            kind: "estimate" | "none";
        };
        CostRange: {
            p50: number;
            p90: number;
        };
        /** @description One submission of a workflow. */
        Run: {
            /** @constant */
            schemaVersion: 1;
            id: string;
            tenant: string;
            workflow: string;
            /** @description SHA-256 in hexadecimal. */
            workflowHash: string;
            params: {
                [key: string]: Json;
            };
            labels: {
                [key: string]: string;
            };
            priority: number;
            /** @description Seconds from submission. */
            deadline: number | null;
            budgetUsd: number | null;
            reservedUsd: number;
            /**
             * @description `interrupted`: the run is not over, and no engine works on it.
             * @enum {string}
             */
            state: "queued" | "planning" | "running" | "cancelling" | "succeeded" | "failed" | "cancelled" | "interrupted";
            planId: string | null;
            retryOf: string | null;
            error: string | null;
            /** Format: date-time */
            createdAt: string;
            finishedAt: string | null;
            makespanS: number | null;
            costUsd: number;
            wastedCostUsd: number;
            /** @description Tasks and instances by state. */
            counts: {
                pending: number;
                ready: number;
                running: number;
                committed: number;
                failed: number;
                skipped: number;
                cancelled: number;
            };
            /** @description Of a run in a list: what of it is not as it was written. Tasks that were never ready are not counted then. */
            damage?: string;
        };
        /** @description A task, or one instance of a `forEach` task. */
        Task: {
            id: string;
            /** @enum {string} */
            state: "pending" | "ready" | "running" | "committed" | "failed" | "skipped" | "cancelled";
            key: string | null;
            waitingFor: ("capacity" | "money" | "rate" | "quota" | "hedge timer" | "backoff" | "predecessors" | "person") | null;
            reusedFrom: string | null;
            error: string | null;
            reason: string | null;
            onCriticalPath: boolean;
            needs: string[];
            predicted: components["schemas"]["Prediction"] | null;
            attempts: components["schemas"]["Attempt"][];
        };
        /** @description One try at a task. */
        Attempt: {
            number: number;
            /** @enum {string} */
            state: "running" | "committed" | "failed" | "cancelled" | "in-doubt";
            cause: ("reclaimed" | "host-lost" | "engine-lost" | "out-of-memory" | "out-of-disk" | "timed-out" | "start-failed" | "image" | "no-capacity" | "bad-input" | "bad-output" | "validator-rejected" | "no-quorum" | "over-budget" | "user-error" | "in-doubt" | "unknown") | null;
            confidence: ("certain" | "likely" | "possible") | null;
            evidence: string | null;
            remedy: ("again" | "elsewhere" | "on-demand" | "more-memory" | "more-time" | "wait-for-person" | "give-up") | null;
            reason: string | null;
            decision: string | null;
            slots: components["schemas"]["Slot"][];
        };
        /** @description A place for a clone, and what became of it. */
        Slot: {
            clone: number;
            variant: string | null;
            /** @enum {string} */
            kind: "active" | "standby";
            /** @enum {string} */
            state: "standby" | "waiting" | "starting" | "running" | "claimed" | "won" | "contributed" | "lost" | "failed" | "rejected" | "fenced" | "cancelled";
            pool: string;
            reason: string;
            why: string | null;
            waitingFor: ("capacity" | "money" | "rate" | "quota" | "hedge timer" | "backoff") | null;
            startedAt: string | null;
            endedAt: string | null;
            timesS: {
                waiting: number | null;
                starting: number | null;
                stagingIn: number | null;
                running: number | null;
                stagingOut: number | null;
            };
            bytesIn: number;
            bytesOut: number;
            cpuS: number | null;
            peakMemoryMiB: number | null;
            /** @enum {string} */
            usageBasis: "exact" | "sampled" | "none";
            exitCode: number | null;
            cause: ("reclaimed" | "host-lost" | "engine-lost" | "out-of-memory" | "out-of-disk" | "timed-out" | "start-failed" | "image" | "no-capacity" | "bad-input" | "bad-output" | "validator-rejected" | "no-quorum" | "over-budget" | "user-error" | "in-doubt" | "unknown") | null;
            evidence: string | null;
            costUsd: number;
        };
        /** @description The placements of a whole run; it never changes. */
        Plan: {
            run: string;
            madeAtMs: number;
            placements: {
                [key: string]: components["schemas"]["Placement"];
            };
            criticalPath: string[];
            predicted: {
                makespanS: {
                    p50: number;
                    p90: number;
                };
            };
            notes: string[];
        };
        Workflow: {
            apiVersion: string;
            name: string;
        } & {
            [key: string]: unknown;
        };
        /** @description One change of one row. There may be new types and data at any time. */
        Event: {
            /** @description Where to go on: `nextCursor` of the answer before. Absent: from the start. */
            cursor: string;
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            kind: "run" | "task" | "slot" | "group" | "ledger";
            id: string;
            version: number;
            type: string;
            data: {
                [key: string]: Json;
            };
        };
        LogPiece: {
            task: string;
            attempt: number;
            clone: number;
            /** @enum {string} */
            stream: "stdout" | "stderr";
            /** @description Bytes of this log before this piece. */
            offset: number;
            text: string;
        };
        Output: {
            /** @enum {string} */
            type: "file" | "directory" | "json" | "text";
            bytes: number;
            /** @description SHA-256 in hexadecimal. */
            sha256: string;
            /** @description Where it is read, relative to this API. */
            href: string;
        };
        OutputFiles: {
            files: {
                path: string;
                bytes: number;
                /** @description SHA-256 in hexadecimal. */
                sha256: string;
                href: string;
            }[];
        };
        /** @description Where clones may run. */
        Pool: {
            id: string;
            /** @enum {string} */
            tier: "hot" | "warm" | "cold";
            /** @enum {string} */
            accelerator: "cpu" | "gpu";
            /** @enum {string} */
            purchase: "on-demand" | "spot";
            platform: components["schemas"]["Platform"];
            vcpus: number;
            memoryMiB: number;
            gpus: number;
            startDelayS: number;
            price: {
                usdPerVcpuHour: number;
                usdPerGiBHour: number;
                usdPerGpuHour: number;
            };
            reclaimsPerHour: number;
            spillsTo: string[];
            /** @description Start delay, price and reclaims are made up by this machine. */
            emulated: boolean;
        };
        /** @description What runs the clones of a pool, and so what sizes they have. */
        Platform: {
            /** @constant */
            kind: "machine";
        } | {
            /** @constant */
            kind: "EC2";
            /** @description What jobs may have of one host, of the largest. */
            hosts: components["schemas"]["Room"][];
        } | {
            /** @constant */
            kind: "FARGATE";
        };
        Room: {
            vcpus: number;
            memoryMiB: number;
            gpus: number;
        };
        /** @description What is free now. */
        Capacity: {
            pools: {
                [key: string]: components["schemas"]["Room"];
            };
            total: components["schemas"]["Room"];
            /** @description What is free for some pools together, as where tiers share a quota. */
            shared?: {
                pools: string[];
                room: components["schemas"]["Room"];
            }[];
        };
        Health: {
            /** @constant */
            status: "ok";
            version: string;
            /** @constant */
            api: 1;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    askUploads: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadRequest"];
            };
        };
        responses: {
            /** @description What is to be put where; content that is known is not listed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        uploads: {
                            /** @description SHA-256 in hexadecimal. */
                            sha256: string;
                            /** @constant */
                            method: "PUT";
                            /** @description Relative to this API, or absolute. Give the token to this API alone. */
                            url: string;
                            headers: {
                                [key: string]: string;
                            };
                        }[];
                    };
                };
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The token is missing, or is another engine’s. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is of another media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    putUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description SHA-256 in hexadecimal. */
                sha256: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Stored. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It was there. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The token is missing, or is another engine’s. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A body needs a length. */
            411: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    submitWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request is carried out once under this key; a repetition gets the same answer. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Submission"];
            };
        };
        responses: {
            /** @description Taken: the run to follow. */
            202: {
                headers: {
                    /** @description The run. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The token is missing, or is another engine’s. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in the state that it is in, or the same key is at work. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is of another media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The idempotency key was used with another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    planWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Submission"];
            };
        };
        responses: {
            /** @description The plan and its price. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanPreview"];
                };
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The token is missing, or is another engine’s. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is of another media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    listRuns: {
        parameters: {
            query?: {
                cursor?: string;
                /** @description Items of a page. Default: 20. */
                limit?: number;
            };
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of runs. */
            200: {
                headers: {
                    /** @description Changes with the document. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        runs: components["schemas"]["Run"][];
                        /** @description Absent on the last page. */
                        nextCursor?: string;
                    };
                };
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    getRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
            };
            path: {
                /** @description The id of a run, or `latest` for the newest one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run. */
            200: {
                headers: {
                    /** @description Changes with the document. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    listTasks: {
        parameters: {
            query?: {
                cursor?: string;
                /** @description Items of a page. Default: 100. */
                limit?: number;
                state?: "pending" | "ready" | "running" | "committed" | "failed" | "skipped" | "cancelled";
            };
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
            };
            path: {
                /** @description The id of a run, or `latest` for the newest one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tasks. */
            200: {
                headers: {
                    /** @description Changes with the document. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tasks: components["schemas"]["Task"][];
                        /** @description Absent on the last page. */
                        nextCursor?: string;
                    };
                };
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    getPlan: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
            };
            path: {
                /** @description The id of a run, or `latest` for the newest one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan. */
            200: {
                headers: {
                    /** @description Changes with the document. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    getWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
            };
            path: {
                /** @description The id of a run, or `latest` for the newest one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A workflow document, as POST /workflows takes it. */
            200: {
                headers: {
                    /** @description Changes with the document. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    listEvents: {
        parameters: {
            query?: {
                cursor?: string;
                /** @description Items of a page. Default: 500. */
                limit?: number;
            };
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
                /** @description The last event that is known. */
                "last-event-id"?: string;
            };
            path: {
                /** @description The id of a run, or `latest` for the newest one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events, or a piece of the stream of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        events: components["schemas"]["Event"][];
                        /** @description Absent when no later event is known yet. */
                        nextCursor?: string;
                    };
                    "text/event-stream": Json;
                };
            };
            /** @description The run is over, and its stream too. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    listLogs: {
        parameters: {
            query?: {
                cursor?: string;
                /** @description Items of a page. Default: 100. */
                limit?: number;
                task?: string;
                attempt?: number;
                clone?: number;
                stream?: "stdout" | "stderr";
            };
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
            };
            path: {
                /** @description The id of a run, or `latest` for the newest one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of pieces. */
            200: {
                headers: {
                    /** @description Changes with the document. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        logs: components["schemas"]["LogPiece"][];
                        /** @description Absent on the last page. */
                        nextCursor?: string;
                    };
                };
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    listOutputs: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
            };
            path: {
                /** @description The id of a run, or `latest` for the newest one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The outputs. */
            200: {
                headers: {
                    /** @description Changes with the document. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        outputs: {
                            [key: string]: components["schemas"]["Output"];
                        };
                    };
                };
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    getOutput: {
        parameters: {
            query?: {
                /** @description Path of a file in a directory, as it is listed. */
                file?: string;
            };
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
                /** @description One range of bytes, as `bytes=0-1023`. */
                range?: string;
                "if-range"?: string;
            };
            path: {
                /** @description The id of a run, or `latest` for the newest one. */
                id: string;
                /** @description The name of an output; `name[3]` for one instance of a `forEach` task. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it. */
            200: {
                headers: {
                    /** @description The hash of the content. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutputFiles"];
                    "application/octet-stream": Json;
                    "text/plain; charset=utf-8": Json;
                };
            };
            /** @description The range. */
            206: {
                headers: {
                    /** @description Which bytes. */
                    "Content-Range"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": Json;
                };
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is read there. */
            307: {
                headers: {
                    /** @description Where it is, for a while. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The range is outside of the content. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    cancelRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a run, or `latest` for the newest one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Cancel"];
            };
        };
        responses: {
            /** @description Taken: the run to follow. */
            202: {
                headers: {
                    /** @description The run. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The token is missing, or is another engine’s. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in the state that it is in, or the same key is at work. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is of another media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    resumeRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a run, or `latest` for the newest one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Resume"];
            };
        };
        responses: {
            /** @description Taken: the run to follow. */
            202: {
                headers: {
                    /** @description The run. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The token is missing, or is another engine’s. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in the state that it is in, or the same key is at work. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is of another media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    retryRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description The request is carried out once under this key; a repetition gets the same answer. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The id of a run, or `latest` for the newest one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Retry"];
            };
        };
        responses: {
            /** @description Taken: the run to follow. */
            202: {
                headers: {
                    /** @description The run. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The token is missing, or is another engine’s. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not in the state that it is in, or the same key is at work. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is of another media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The idempotency key was used with another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    listPools: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pools. */
            200: {
                headers: {
                    /** @description Changes with the document. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pools: components["schemas"]["Pool"][];
                        capacity: components["schemas"]["Capacity"] | null;
                    };
                };
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    getHealth: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    /** @description Changes with the document. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
    getOpenApi: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags that are known: the same document is answered with 304. */
                "if-none-match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    /** @description Changes with the document. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description As it was: `If-None-Match` names it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not understood, or what it says is wrong; `path` tells where. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request comes from another host or site, or asks for what is not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault; its words say what to do when there is something. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The engine is ending: nothing was done; ask again. */
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
}

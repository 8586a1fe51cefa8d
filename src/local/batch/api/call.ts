/** One operation of the API: takes the body of a request, gives that of the answer. @throws BatchFault */
export type Call = (body: unknown) => object

/** Operations by the last part of their path, such as `submitjob`. */
export type Calls = Readonly<Record<string, Call>>

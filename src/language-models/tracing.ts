import { BaseCallbackHandler } from '@langchain/core/callbacks/base';

/**
 * Takes the place of LangChain's tracer, which is looked for by this name, and does nothing: a call that has it among its
 * callbacks reaches no LangSmith, whatever the environment says.
 */
class Untraced extends BaseCallbackHandler {
  override readonly name = 'langchain_tracer';

  // What LangChain asks of its own tracer.
  updateFromRunTree(): void {
    // Within which run it is makes no difference.
  }

  getRunTreeWithTracingConfig(): undefined {
    return undefined;
  }

  copyWithTracingConfig(): this {
    return this;
  }
}

export const UNTRACED: BaseCallbackHandler = new Untraced();

type Environment = Record<string, string | undefined>;

const SWITCHES = ['LANGSMITH_TRACING', 'LANGCHAIN_TRACING'].flatMap((name) => [name, `${name}_V2`]);

/** Without a key there is nobody to trace for: LangChain would try all the same. Call it before any model is asked. */
export const traceOnlyWithKey = (environment: Environment): void => {
  if (environment['LANGSMITH_API_KEY'] || environment['LANGCHAIN_API_KEY']) return;
  for (const name of SWITCHES) if (environment[name] === 'true') environment[name] = 'false';
};

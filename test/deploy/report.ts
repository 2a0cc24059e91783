const longestStepMs = 45_000;

/** One line for each check, and at the end how many passed, failed and could not be done here. */
export class Report {
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  /** `check` gives what it saw, or throws what is wrong. */
  async step(name: string, check: () => Promise<string>): Promise<void> {
    try {
      const seen = await within(name, check());
      this.pass(name, seen);
    } catch (thrown) {
      this.fail(name, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  pass(name: string, seen: string): void {
    this.#passed += 1;
    console.log(`ok       ${name}: ${seen}`);
  }

  fail(name: string, why: string): void {
    this.#failed += 1;
    console.log(`FAILED   ${name}: ${why}`);
  }

  skip(name: string, why: string): void {
    this.#skipped += 1;
    console.log(`skipped  ${name}: ${why}`);
  }

  /** Adds what another program has counted, and printed. */
  add(passed: number, failed: number): void {
    this.#passed += passed;
    this.#failed += failed;
  }

  /** Prints the count, which CI adds up, and sets the exit code. */
  end(): void {
    console.log(`${this.#passed} passed, ${this.#failed} failed, ${this.#skipped} skipped`);
    process.exitCode = this.#failed > 0 ? 1 : 0;
  }
}

async function within<Seen>(name: string, work: Promise<Seen>): Promise<Seen> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`"${name}" took more than ${longestStepMs / 1000} s`)), longestStepMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

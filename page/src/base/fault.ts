// What a call rejects with, as words for people. The bridge gives an Error with `fault`, the word behind org.postrider.Fault.
import { plain } from '../words/plain';

export interface Failure {
  fault: string;
  text: string;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof Error) {
    const fault = (error as Error & { fault?: unknown }).fault;
    return { fault: typeof fault === 'string' ? fault : 'Software', text: plain(error.message) };
  }
  return { fault: 'Software', text: String(error) };
}

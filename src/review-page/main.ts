import { DataError } from '../report-page/data/decode.ts';
import { startPage } from '../report-page/start.ts';
import { type ReviewData, reviewVersion } from '../review/format.ts';
import { showReview } from './app.tsx';

void startPage('review', (bytes, root) => {
  const data = JSON.parse(new TextDecoder().decode(bytes)) as ReviewData; // written by our own program, beside this code
  if (data.version !== reviewVersion) {
    throw new DataError('The data in this page is of another version. Make the review again.');
  }
  showReview(data, root);
});

// Names of people, from many places; each with the ASCII spelling that its login ids use.
// Real projects have such names; names like "user-17" would not show mistakes with them.

export interface PersonName {
  readonly text: string;
  readonly ascii: string;
}

const given =
  'Amara Ngozi Kwame Zainab Tendai Fatima Youssef Leïla:leila Omar Noor عائشة:aisha خالد:khalid Priya Arjun Ananya Rohan ' +
  'Mei 美咲:misaki 健太:kenta Haruto 지우:jiwoo Minjun 伟:wei 芳:fang Linh Minh Siti Budi Nurul Kiri Tane Aroha ' +
  'Ольга:olga Дмитрий:dmitry Zoë:zoe Søren:soren Åsa:asa Jürgen:jurgen Chloé:chloe Étienne:etienne Giulia Matteo ' +
  'Νίκος:nikos Ελένη:eleni Łukasz:lukasz Agnieszka José:jose Inês:ines Camila Mateo Xóchitl:xochitl Itzel ' +
  'Grace Margaret Alan Dorothy Siobhán:siobhan Rhys נועה:noa David Ayşe:ayse Emre';

const family =
  'Okafor Mensah Adeyemi Ndlovu Banda Diallo El-Sayed:elsayed Haddad المنصوري:almansouri حسن:hassan Sharma Iyer Patel ' +
  'Khan 佐藤:sato 鈴木:suzuki Tanaka 김:kim Park 王:wang 李:li Nguyễn:nguyen Trần:tran Wijaya Rahman Tuhoe Parata ' +
  'Иванова:ivanova Petrov Müller:muller Sørensen:sorensen Åkesson:akesson Dubois Lefèvre:lefevre Rossi Bianchi ' +
  'Παπαδόπουλος:papadopoulos Kowalska Nowak García:garcia Muñoz:munoz Oliveira Fernandes Quispe Hernández:hernandez ' +
  "O'Brien:obrien Hopper Hamilton Turing Vaughan Llewellyn כהן:cohen Levi Yılmaz:yilmaz Demir Smith Jones " +
  'van_der_Berg:vanderberg';

export const givenNames: readonly PersonName[] = toNames(given);
export const familyNames: readonly PersonName[] = toNames(family);

function toNames(list: string): PersonName[] {
  return list.split(' ').map((word) => {
    const [text = '', ascii = text.toLowerCase()] = word.split(':');
    return { text: text.replaceAll('_', ' '), ascii };
  });
}

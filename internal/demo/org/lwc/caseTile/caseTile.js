import { LightningElement, api } from 'lwc';

export default class CaseTile extends LightningElement {
    @api record;

    get url() {
        return `/lightning/r/Case/${this.record.Id}/view`;
    }
}

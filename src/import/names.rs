//! The headings by which the systems call each field, in their normal form, the most exact first.

use super::headings::{Cell, Field};

const fn of(key: &'static str, cell: Cell, names: &'static str) -> Field {
    Field { key, cell, names }
}

const EMAIL: &str = "emailaddress workemail emailwork primaryemail leademail contactemail personemail personemailwork mail \
     emailid emailaddresswork contactemailaddress businessemail";
const OWNER: &str = "leadowner contactowner dealowner opportunityowner ownername recordowner salesowner hubspotowner salesrep rep \
     assignedto ownerid hubspotownerid salesrepname salesrepresentative salesperson accountexecutive \
     leadownername";
const WON: &str = "wondate datewon wontime dealwontime wonon closedwondate windate dateofwin wonat signedat signeddate";
const LOST: &str = "lostdate datelost losttime deallosttime loston closedlostdate lossdate dateofloss";
const CURRENCY: &str = "currencycode currencyisocode dealcurrency currencyofvalue accountcurrency dealcurrencycode \
     opportunitycurrency recordcurrency";
const NOTE: &str = "notes comment comments";

/// Of a lead file.
pub const LEADS: &[Field] = &[
    of(
        "external_id",
        Cell::Text,
        "leadid mqlid recordid contactid pipedrivesystemid personid leadrecordid systemid id leadnumber \
         hsobjectid marketoid marketouniquecode prospectid crmid contactrecordid",
    ),
    of("email", Cell::Text, EMAIL),
    of("name", Cell::Text, "fullname leadname contactname contactperson personname contact contactfullname"),
    of("first_name", Cell::Text, "givenname firstname"),
    of("last_name", Cell::Text, "surname familyname lastname"),
    of(
        "company",
        Cell::Text,
        "companyname organization organisation organizationname organisationname accountname account \
         associatedcompany companyaccount leadcompany employer firm business",
    ),
    of("title", Cell::Text, "jobtitle position designation role jobrole jobfunction"),
    of(
        "phone",
        Cell::Text,
        "phonenumber telephone mobilephonenumber mobilephone mobile workphone phonework businessphone directphone \
         cellphone",
    ),
    of(
        "size",
        Cell::Number,
        "numberofemployees noofemployees employees employeecount companysize numemployees headcount \
         companyheadcount staff",
    ),
    of(
        "created_at",
        Cell::Date,
        "createdate createddate createdtime createdon datecreated creationdate leadcreated leadcreateddate \
         leadcreationdate objectcreatedatetime capturedat captured created addtime leadcreatedat contactcreated \
         contactcreatedate recordcreated capturedate inquirydate enquirydate inquiryat receivedat receivedon \
         submittedat submittedon submissiondate signupdate enteredon",
    ),
    of(
        "handed_over_at",
        Cell::Date,
        "handedover handedoveron handoverdate handoverat handover datehandedover mqldate mqlat mqldatetime \
         becameamarketingqualifiedleaddate datebecamemql marketingqualifieddate \
         hslifecyclestagemarketingqualifiedleaddate hsv2dateenteredmarketingqualifiedlead \
         hsdateenteredmarketingqualifiedlead dateenteredmarketingqualifiedleadlifecyclestagepipeline becamemql \
         becamemqldate becamemqlat dateofmql mqlsince marketingqualifiedat marketingqualifiedleaddate handoffdate \
         handedtosales handedtosalesat senttosales senttosalesat passedtosales passedtosalesat",
    ),
    of(
        "accepted_at",
        Cell::Date,
        "accepteddate dateaccepted saldate salesaccepteddate salesacceptedat salesacceptedleaddate salat \
         becamesal becamesaldate acceptedon dateofacceptance",
    ),
    of(
        "first_touch_at",
        Cell::Date,
        "firstoutreachdate firstsalesactivity firstsalestouch firstcallat firstcalldate firstoutreachat \
         firstoutreach firsttouchbysales firstsalescontact",
    ),
    of(
        "connected_at",
        Cell::Date,
        "connecteddate dateconnected connectedon firstconversation firstconversationat firstmeeting \
         firstmeetingdate",
    ),
    of(
        "opportunity_at",
        Cell::Date,
        "opportunitydate becameanopportunitydate opportunitycreateddate firstdealcreateddate \
         hslifecyclestageopportunitydate hsv2dateenteredopportunity hsdateenteredopportunity \
         dateenteredopportunitylifecyclestagepipeline opportunitycreated opportunitycreatedat becameopportunity \
         dealcreateddate dealcreatedat sqldate sqlat",
    ),
    of(
        "won_at",
        Cell::Date,
        "wondate datewon wontime closedwondate becameacustomerdate hslifecyclestagecustomerdate \
         hsv2dateenteredcustomer hsdateenteredcustomer dateenteredcustomerlifecyclestagepipeline becamecustomer \
         becamecustomerdate customersince windate wonon",
    ),
    of("lost_at", Cell::Date, LOST),
    of("verdict", Cell::Word, "salesverdict leadverdict"),
    of("verdict_at", Cell::Date, "verdictdate"),
    of(
        "reason",
        Cell::Word,
        "verdictreason rejectionreason reasonforrejection disqualificationreason disqualifiedreason \
         unqualifiedreason reasonunqualified leadrejectionreason recyclereason",
    ),
    of("note", Cell::Text, NOTE),
    of(
        "channel",
        Cell::Text,
        "leadsource source origin originalsource originaltrafficsource sourcechannel leadsourcechannel \
         originalsourcetype latestsource utmsource leadchannel marketingchannel acquisitionchannel channelname \
         trafficsource personsource hsanalyticssource hslatestsource leadorigin sourceofthelead",
    ),
    of(
        "campaign",
        Cell::Text,
        "campaignname primarycampaign originalcampaign utmcampaign acquisitionprogram acquisitionprogramname \
         leadcampaign sourcecampaign campaignsource firsttouchconvertingcampaign",
    ),
    of("segment", Cell::Text, "marketsegment customersegment businesssegment companysegment leadsegment tier"),
    of("region", Cell::Text, "salesregion territory countryregion country regionname countryname market"),
    of("persona", Cell::Text, "buyerpersona hspersona personaname leadpersona"),
    of("owner", Cell::Text, OWNER),
];

/// Of an outcome file.
pub const OUTCOMES: &[Field] = &[
    of(
        "external_id",
        Cell::Text,
        "leadid mqlid contactid leadrecordid associatedcontactid personid convertedleadid contactrecordid \
         primarycontactid contactnameid contactpersonid whoid associatedcontactids leadnumber",
    ),
    of("email", Cell::Text, EMAIL),
    of(
        "outcome_id",
        Cell::Text,
        "dealid opportunityid offerid pipedrivesystemid recordid systemid id hsobjectid dealrecordid dealnumber \
         opportunitynumber quoteid ordernumber",
    ),
    of(
        "opportunity_at",
        Cell::Date,
        "opportunitydate opportunitycreateddate dealcreationdate creationdate createdate createddate createdtime \
         createdat createdon dealcreated addtime datecreated dealcreateddate dealcreatedat dealcreatedate \
         opportunitycreated opportunitycreatedat opened openedat openedon opendate created",
    ),
    of("won_at", Cell::Date, WON),
    of("lost_at", Cell::Date, LOST),
    of(
        "closed_at",
        Cell::Date,
        "closedate closeddate closedon closingdate actualclosedate closetime closedtime dealclosedate dealclosed \
         opportunityclosedate dateclosed",
    ),
    of(
        "status",
        Cell::Word,
        "dealstatus opportunitystatus outcome stagename dealstage stage opportunitystage salesstage result \
         dealoutcome wonlost pipelinestage",
    ),
    of(
        "value",
        Cell::Amount,
        "amount dealvalue dealamount opportunityamount opportunityvalue amountincompanycurrency contractvalue \
         ordervalue dealsize estimatedvalue totalvalue revenue",
    ),
    of("currency", Cell::Text, CURRENCY),
    of(
        "reason",
        Cell::Word,
        "lostreason closedlostreason lossreason reasonlost reasonforloss dealreasonforloss deallostreason \
         opportunitylossreason reasonforlosing",
    ),
    of("owner", Cell::Text, OWNER),
];

/// Of an event file.
pub const EVENTS: &[Field] = &[
    of(
        "external_id",
        Cell::Text,
        "leadid mqlid contactid whoid personid prospectid contactrecordid associatedcontactid \
         contactpersonid",
    ),
    of("email", Cell::Text, EMAIL),
    of(
        "kind",
        Cell::Word,
        "event eventtype eventkind activitytype engagementtype hsactivitytype  callactivitytype \
         newvalue newstage tostage statusto activity type tasksubtype status leadstatus newstatus lifecyclestage \
         hsleadstatus newleadstatus action",
    ),
    of(
        "at",
        Cell::Date,
        "time timestamp datetime when occurredat happenedat eventat eventtime eventdate activitydate activitytime \
         changedat changedon changedate editdate modifiedtime hstimestamp startdatetime activitydatetime \
         markedasdonetime dateentered performedat date createdat createddate createdate createdtime hscreatedate \
         duedate",
    ),
    of(
        "by",
        Cell::Text,
        "owner user actor performedby assignedto activityowner changedby editedby createdby ownerid ownername rep \
         salesrep hubspotownerid",
    ),
    of("note", Cell::Text, "notes comment comments subject description"),
    of("verdict", Cell::Word, "salesverdict leadverdict decision"),
    of("reason", Cell::Word, "verdictreason rejectionreason disqualificationreason unqualifiedreason"),
];

/// Of a spend file.
pub const SPEND: &[Field] = &[
    of(
        "date",
        Cell::Date,
        "day spenddate reportingdate reportdate week weekstart weekof weekbeginning weekcommencing weekstarting \
         gregoriandate stattimeday segmentsdate segmentsweek spendday bookingdate invoicedate",
    ),
    of("month", Cell::Month, "yearmonth reportingmonth segmentsmonth spendmonth monthofspend"),
    of(
        "from",
        Cell::Date,
        "fromdate startdate start reportingstarts periodstart startdateinutc datestart begin begindate validfrom",
    ),
    of("to", Cell::Date, "todate enddate end reportingends periodend enddateinutc datestop dateend validto until"),
    of(
        "channel",
        Cell::Text,
        "channelname source platform network marketingchannel adchannel adplatform adnetwork publisherplatform \
         medium sourcemedium sessionsourcemedium",
    ),
    of(
        "amount",
        Cell::Amount,
        "spend cost costs amountspent totalspent totalspend adspend mediaspend costinlocalcurrency netcost \
         netamount spent mediacost adcost adscost totalcost spendamount value expense expenses costinusd",
    ),
    of("currency", Cell::Text, CURRENCY),
    of(
        "kind",
        Cell::Word,
        "spendkind costkind costtype spendtype category typeofcost spendcategory costcategory expensetype",
    ),
    of("team", Cell::Word, "department teamname"),
];
